-- Check that one more signing key may live.
-- Flow: called by authz.add_key for a new key and by authz.restore_key for one that lived before.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS322 when keys are pinned or 32 keys live already.
-- Why: a pin closes the set of keys that lived when it was set, so a key that was withdrawn after
--      it may return. lived_until is null for a new key, which no pin lets in.
set local role orgscope_sealer;

create or replace function authz.admit_key(kid text, lived_until timestamptz)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if exists (select from authz.key_pin as p where (p.pinned_at < lived_until) is not true) then
    raise exception using
      errcode = 'WS322',
      message = format('keys are pinned, and %s is not one of those that lived then', kid),
      hint = 'If WorkOS rotated its keys: orgscope keys pin --off, sync, and pin again.';
  elsif (select count(*) from authz.jwks as j where j.retired_at is null) >= 32 then
    raise exception using
      errcode = 'WS322',
      message = '32 keys live already',
      hint = 'Retire what WorkOS no longer serves: orgscope keys retire.';
  end if;
end
$$;

comment on function authz.admit_key(text, timestamptz)
is 'Check that one more signing key may live.';
revoke all on function authz.admit_key(text, timestamptz) from public;
