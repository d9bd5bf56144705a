-- Remember, as a keyed digest, that a user or an organization was erased.
-- Flow: the last step of an erasure; authz.is_erased finds it again.
-- Runs as: orgscope_sealer, definer.
-- Raises: WS308 when the tombstone key is missing.
-- Why: the digest proves nothing to whoever reads the table without the key.
set local role orgscope_sealer;

create or replace function authz.put_tombstone(id text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  insert into authz.tombstones (digest)
  select sha256(k.opad || sha256(k.ipad || convert_to(put_tombstone.id, 'UTF8')))
  from authz.tombstone_key as k
  on conflict (digest) do nothing;
  if authz.is_erased(put_tombstone.id) is not true then
    raise exception using
      errcode = 'WS308',
      message = 'there is no tombstone key, so nothing can be erased safely',
      hint = 'Run orgscope migrate.';
  end if;
  delete from authz.verified_tokens as v
  where put_tombstone.id in (v.claims ->> 'sub', v.claims ->> 'org_id');
end
$$;

comment on function authz.put_tombstone(text)
is 'Remember that a user or an organization was erased.';
revoke all on function authz.put_tombstone(text) from public;
grant execute on function authz.put_tombstone(text) to orgscope_definer;
