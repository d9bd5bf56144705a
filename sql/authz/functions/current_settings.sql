-- Return what the verifier accepts, for a process to compare with its own settings.
-- Flow: read by orgscope.db when it opens its first connection, and by doctor.
-- Runs as: orgscope_sealer, definer.
-- Raises: WS307 when authz.settings is empty.
-- Why: two verifiers that accept different tokens would look like random sign-outs.
set local role orgscope_sealer;

create or replace function authz.current_settings()
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return to_jsonb(authz.require_settings()) - array['only_row', 'epoch'];
end
$$;

comment on function authz.current_settings()
is 'Return what the verifier accepts, for a process to compare with its own settings.';
revoke all on function authz.current_settings() from public;
grant execute on function authz.current_settings() to
orgscope_api, orgscope_sync, orgscope_job, orgscope_keys, orgscope_monitor, orgscope_admin;
