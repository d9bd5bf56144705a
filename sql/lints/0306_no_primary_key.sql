-- A table of requests has no key: nothing tells its rows apart.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: any unique index that has every row and no null is a key; PostgreSQL can make it the primary
--      one. A child of an inheritance does not inherit the key of its parent; a partition does.
-- Level: info
-- Category: performance
-- uses: relations, privileges, indexes
select
  r.kind, r.identity,
  'It has neither a primary key nor a unique index without nulls: a row that is there twice can '
  'be neither found nor mended, and a replica cannot follow its updates.' as detail,
  '' as fix
from relations as r
where r.kind = 'table' and not r.is_partition
  and (r.has_row_security or r.oid in (select p.relation from privileges as p))
  and not exists (
    select from indexes as i
    where i.relation = r.oid and i.is_unique and i.is_valid and i.is_immediate
      and i.predicate is null and not exists (
        select from unnest(i.keys) as k (attnum)
        left join pg_catalog.pg_attribute as a on r.oid = a.attrelid and k.attnum = a.attnum
        where a.attnotnull is not true
      )
  )
