-- Return where WorkOS must show something, if it is the environment that is mirrored.
-- Flow: a new API key is tried on these; sync.accept_key follows when one of them is there.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: an API key does not say which environment it is of. What was seen last is there most likely.
set local role orgscope_definer;

create or replace function sync.known_paths(most integer default 3)
returns text[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return array(
    select '/organizations/' || o.id from workos.organizations as o
    where o.raw is not null and o.deleted_at is null
    order by o.id desc limit most
  ) || array(
    select '/user_management/users/' || u.id from workos.users as u
    where u.raw is not null and u.deleted_at is null
    order by u.id desc limit most
  );
end
$$;

comment on function sync.known_paths(integer)
is 'Return where WorkOS must show something, if it is the environment that is mirrored.';
revoke all on function sync.known_paths(integer) from public;
grant execute on function sync.known_paths(integer) to orgscope_sync;
