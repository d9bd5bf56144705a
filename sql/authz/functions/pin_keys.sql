-- Pin the signing keys, so that put_keys refuses new ones, or take the pin off.
-- Flow: orgscope keys pin.
-- Runs as: orgscope_sealer, definer.
-- Raises: nothing.
-- Why: whoever may add a key can be anyone (rule B7); a pin makes that a decision of its own.
set local role orgscope_sealer;

create or replace function authz.pin_keys(pinned boolean)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if pinned then
    insert into authz.key_pin default values on conflict (only_row) do nothing;
  else
    delete from authz.key_pin;
  end if;
  perform authz.log_context(
    'keys', session_user, null, case when pinned then 'pinned keys' else 'unpinned keys' end
  );
end
$$;

comment on function authz.pin_keys(boolean) is 'Pin the signing keys, or take the pin off.';
revoke all on function authz.pin_keys(boolean) from public;
grant execute on function authz.pin_keys(boolean) to orgscope_keys;
