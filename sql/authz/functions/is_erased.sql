-- Tell whether a user or an organization was erased.
-- Flow: called by authz.decide, authz.open_system_context and authz.put_tombstone.
-- Runs as: orgscope_sealer, definer: only it reads the tombstones and their key.
-- Raises: nothing; true when the key is missing while tombstones exist.
-- Why: after an erasure nothing but a keyed digest may remain; a replay must still find it. The key
--      stands only as columns of this query (rule A3).
set local role orgscope_sealer;

create or replace function authz.is_erased(id text)
returns boolean
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if not exists (select from authz.tombstones as t) then
    return false;
  end if;
  return coalesce((
    select exists (
      select from authz.tombstones as t
      where t.digest = sha256(k.opad || sha256(k.ipad || convert_to(is_erased.id, 'UTF8')))
    )
    from authz.tombstone_key as k
  ), true);
end
$$;

comment on function authz.is_erased(text) is 'Tell whether a user or an organization was erased.';
revoke all on function authz.is_erased(text) from public;
grant execute on function authz.is_erased(text) to orgscope_definer;
