-- Return the one row of authz.settings.
-- Flow: called by every function that verifies or opens.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS307 when there is none.
-- Why: a missing row must never read as "accept anything".
set local role orgscope_sealer;

create or replace function authz.require_settings()
returns authz.settings
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_settings authz.settings;
begin
  select * into v_settings from authz.settings as s;
  if (v_settings.only_row) is not true then
    raise exception using
      errcode = 'WS307',
      message = 'authz.settings is empty, so no token can be accepted',
      hint = 'Run orgscope migrate with WORKOS_CLIENT_ID set.';
  end if;
  return v_settings;
end
$$;

comment on function authz.require_settings() is 'Return the one row of authz.settings.';
revoke all on function authz.require_settings() from public;
