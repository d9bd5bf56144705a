-- Return the foreign keys between tables that have a scope of the same name, and do not compare it.
--      (oid, name, child, child_identity, parent, parent_identity, scopes, attnums, columns,
--      parent_columns): attnums are those of the child; columns and scopes are names, quoted.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: where the key has any scope of the child, the child's own policies say what it may be.
-- uses: relations, tenant_scopes
select
  k.oid, k.conname::text as name, c.oid as child, c.identity as child_identity, p.oid as parent,
  p.identity as parent_identity, k.conkey as attnums,
  array_agg(quote_ident(s.name) order by s.name) as scopes,
  array(
    select quote_ident(a.attname)
    from unnest(k.conkey) with ordinality as o (attnum, place)
    inner join pg_catalog.pg_attribute as a on o.attnum = a.attnum
    where a.attrelid = c.oid
    order by o.place
  ) as columns,
  array(
    select quote_ident(a.attname)
    from unnest(k.confkey) with ordinality as o (attnum, place)
    inner join pg_catalog.pg_attribute as a on o.attnum = a.attnum
    where a.attrelid = p.oid
    order by o.place
  ) as parent_columns
from pg_catalog.pg_constraint as k
inner join relations as c on k.conrelid = c.oid
inner join relations as p on k.confrelid = p.oid
inner join tenant_scopes as s on c.oid = s.relation
inner join tenant_scopes as t on p.oid = t.relation and s.name = t.name
where k.contype = 'f' and k.conparentid = 0 and not exists (
  select from tenant_scopes as o where o.relation = k.conrelid and o.attnum = any(k.conkey)
)
group by k.oid, k.conname, k.conkey, k.confkey, c.oid, c.identity, p.oid, p.identity
