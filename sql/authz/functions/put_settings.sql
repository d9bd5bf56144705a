-- Write what the verifier accepts and return whether that changed anything.
-- Flow: the last step of orgscope migrate; also makes the first seal and tombstone keys.
-- Runs as: orgscope_sealer, definer; only orgscope_owner may execute it.
-- Raises: 23502, 23514 when a setting is missing or out of bounds.
-- Why: a new epoch voids every remembered token: they were accepted under other settings.
set local role orgscope_sealer;

create or replace function authz.put_settings(settings jsonb)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_new authz.settings;
  v_old authz.settings;
begin
  select * into v_old from authz.settings as s for update;
  v_new := jsonb_populate_record(null::authz.settings, settings);
  v_new.only_row := true;
  v_new.epoch := coalesce(v_old.epoch, 0);
  perform authz.make_keys();
  if v_new is not distinct from v_old then
    return false;
  end if;
  v_new.epoch := v_new.epoch + 1;
  delete from authz.settings;
  insert into authz.settings select v_new.*;
  return true;
end
$$;

comment on function authz.put_settings(jsonb)
is 'Write what the verifier accepts and return whether that changed anything.';
revoke all on function authz.put_settings(jsonb) from public;
grant execute on function authz.put_settings(jsonb) to orgscope_owner;
