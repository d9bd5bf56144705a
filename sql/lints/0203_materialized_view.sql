-- A materialized view over a table under row security is granted to requests.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: it holds the rows that its owner saw, and row security cannot be switched on for it. It is
--      an error where a column by which the table tells tenants apart is in it, a warning where
--      it may be a sum over all of them.
-- Level: error
-- Category: security
-- uses: relations, view_reads, privileges, revokes, tenant_columns
with recursive readable as (
  select p.relation
  from privileges as p
  where p.privilege = 'select'
  union
  select v.relation
  from readable as r
  inner join view_reads as v on r.relation = v.view and not v.is_invoker
),

below as (
  select v.view, v.relation
  from view_reads as v
  union
  select b.view, v.relation
  from below as b
  inner join view_reads as v on b.relation = v.view
)

select
  r.kind, r.identity,
  format(
    'It holds rows of %s as they were read once, and no row security keeps them from a request.',
    string_agg(distinct t.oid::regclass::text, ', ')
  ) as detail,
  coalesce((select v.statement from revokes as v where v.relation = r.oid), '') as fix,
  case when bool_or(a.attnum is not null) then 'error' else 'warning' end as level
from relations as r
inner join below as b on r.oid = b.view
inner join pg_catalog.pg_class as t on b.relation = t.oid and t.relrowsecurity
left join tenant_columns as c on t.oid = c.relation
left join pg_catalog.pg_attribute as a
  on r.oid = a.attrelid and c.name = a.attname::text and not a.attisdropped
where r.kind = 'materialized view' and r.oid in (select e.relation from readable as e)
group by r.kind, r.identity, r.oid
