-- A materialized view over a table under row security is granted to requests.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: it holds the rows that its owner saw, and row security cannot be switched on for it. It is
--      an error where a column by which the table tells tenants apart is in it, a warning where
--      it may be a sum over all of them.
-- Level: error
-- Category: security
-- uses: relations, copies, privileges, revokes, tenant_columns
select
  r.kind, r.identity,
  format(
    'It holds rows of %s as they were read once, and no row security keeps them from a request.',
    string_agg(distinct b.relation::regclass::text, ', ')
  ) as detail,
  coalesce((select v.statement from revokes as v where v.relation = r.oid), '') as fix,
  case when bool_or(a.attnum is not null) then 'error' else 'warning' end as level
from relations as r
inner join copies as b on r.oid = b.view
left join tenant_columns as c on b.relation = c.relation
left join pg_catalog.pg_attribute as a
  on r.oid = a.attrelid and c.name = a.attname::text and not a.attisdropped
where r.oid in (select p.relation from privileges as p where p.privilege = 'select')
group by r.kind, r.identity, r.oid
