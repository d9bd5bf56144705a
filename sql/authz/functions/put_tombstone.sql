-- Remember, as keyed digests, the ids of whom and what was erased, and return how many are new.
-- Flow: called by sync.erase_objects; authz.is_erased and authz.erased_in find them again.
-- Runs as: orgscope_sealer, definer.
-- Raises: WS308 when the tombstone key is missing.
-- Why: the digest proves nothing to whoever reads the table without the key.
set local role orgscope_sealer;

create or replace function authz.put_tombstone(variadic ids text[])
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_added bigint;
begin
  if not exists (select from authz.tombstone_key as k) then
    raise exception using
      errcode = 'WS308',
      message = 'there is no tombstone key, so nothing can be erased safely',
      hint = 'Run orgscope migrate.';
  end if;
  insert into authz.tombstones (digest)
  select sha256(k.opad || sha256(k.ipad || convert_to(i.id, 'UTF8')))
  from authz.tombstone_key as k
  cross join (select distinct u.id from unnest(ids) as u (id)) as i
  on conflict (digest) do nothing;
  get diagnostics v_added = row_count;
  delete from authz.verified_tokens as v
  where v.claims ->> 'sub' = any (ids) or v.claims ->> 'org_id' = any (ids);
  return v_added;
end
$$;

comment on function authz.put_tombstone(text[])
is 'Remember the ids of whom and what was erased.';
revoke all on function authz.put_tombstone(text[]) from public;
grant execute on function authz.put_tombstone(text[]) to orgscope_definer;
