-- Make a new seal key when the newest is older than a day, and return whether that was so.
-- Flow: run every hour by `orgscope worker`; authz.rotate_seal_key does the work.
-- Runs as: orgscope_sealer, definer.
-- Raises: nothing.
-- Why: several workers ask at once, and each looks only when it holds the lock that a rotation
--      takes: so it sees the key that another has just made, and one rotates. Without any key
--      nothing is made: every context is refused until somebody looks (WS308).
set local role orgscope_sealer;

create or replace function authz.rotate_old_seal_key()
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  lock table authz.seal_keys in share row exclusive mode;
  if (
    select max(s.created_at) < clock_timestamp() - interval '1 day' from authz.seal_keys as s
  ) is not true then
    return false;
  end if;
  perform authz.rotate_seal_key();
  return true;
end
$$;

comment on function authz.rotate_old_seal_key()
is 'Make a new seal key when the newest is older than a day; return whether that was so.';
revoke all on function authz.rotate_old_seal_key() from public;
grant execute on function authz.rotate_old_seal_key() to orgscope_keys;
