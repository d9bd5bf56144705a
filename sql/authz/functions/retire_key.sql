-- Retire a signing key for good: tokens that it signed are refused, remembered or not.
-- Flow: orgscope keys retire.
-- Runs as: orgscope_sealer, definer.
-- Raises: nothing; false when the key is not known or was retired before.
-- Why: a retired key never comes back under its kid (rule A10). One that was withdrawn could, so
--      it can be retired as well; it has been refused since it was withdrawn.
set local role orgscope_sealer;

create or replace function authz.retire_key(kid text)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  update authz.jwks as j
  set retired_at = coalesce(j.retired_at, clock_timestamp()), withdrawn = false
  where j.kid = retire_key.kid and (j.retired_at is null or j.withdrawn);
  if not found then
    return false;
  end if;
  perform authz.log_context('keys', session_user, null, 'retired signing key ' || kid);
  return true;
end
$$;

comment on function authz.retire_key(text)
is 'Retire a signing key for good: tokens that it signed are refused.';
revoke all on function authz.retire_key(text) from public;
grant execute on function authz.retire_key(text) to orgscope_keys;
