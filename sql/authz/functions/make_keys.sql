-- Make the first seal key and the tombstone key where they are missing.
-- Flow: called by authz.put_settings, so by every orgscope migrate; a restore brings no seal key.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS308 when tombstones exist without their key: a new one would forget the erased.
-- Why: an empty key table fails closed; this is how it opens.
set local role orgscope_sealer;

create or replace function authz.make_keys()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if not exists (select from authz.seal_keys as s) then
    insert into authz.seal_keys (ipad, opad) select p.ipad, p.opad from authz.hmac_pads() as p;
  end if;
  if not exists (select from authz.tombstone_key as t) then
    if exists (select from authz.tombstones as t) then
      raise exception using
        errcode = 'WS308',
        message = 'authz.tombstones has rows and authz.tombstone_key has none',
        hint = 'Restore authz.tombstone_key from the backup that holds these tombstones.';
    end if;
    insert into authz.tombstone_key (ipad, opad)
    select p.ipad, p.opad from authz.hmac_pads() as p;
  end if;
end
$$;

comment on function authz.make_keys()
is 'Make the first seal key and the tombstone key where they are missing.';
revoke all on function authz.make_keys() from public;
