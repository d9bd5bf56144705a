-- Make a new seal key and forget all but the one before it.
-- Flow: daily by `orgscope worker`, through authz.rotate_old_seal_key; by hand after a clone or a
--      physical restore, with `orgscope keys rotate-seal`.
-- Runs as: orgscope_sealer, definer.
-- Raises: nothing.
-- Why: a key that leaked with a dump or a base backup seals nothing that is opened after this;
--      open transactions keep their seal (rule B8). The lock lets one rotation see the key of one
--      at the same time: otherwise both keys would stay current. Readers do not wait.
set local role orgscope_sealer;

create or replace function authz.rotate_seal_key()
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_kid integer;
begin
  lock table authz.seal_keys in share row exclusive mode;
  insert into authz.seal_keys (ipad, opad)
  select p.ipad, p.opad from authz.hmac_pads() as p
  returning kid into v_kid;
  delete from authz.seal_keys as s where s.retired_at is not null;
  update authz.seal_keys as s set retired_at = clock_timestamp() where s.kid < v_kid;
  return v_kid;
end
$$;

comment on function authz.rotate_seal_key()
is 'Make a new seal key and forget all but the one before it.';
revoke all on function authz.rotate_seal_key() from public;
grant execute on function authz.rotate_seal_key() to orgscope_keys, orgscope_owner;
