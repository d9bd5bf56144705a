-- A policy asks whether anybody may, and not whether the one who asks may.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: `exists (select … from admins where role = 'admin')` without a claim and without a column of
--      the row is the same for everybody: a warning where the condition holds the tenant besides.
--      To ask whether there is a claim is no use: everybody has one.
--      A table with row security, or a view of one, may show each only its own rows, and one
--      without a column that names people or tenants may be a switch for all.
-- Level: error
-- Category: security
-- uses: policies, nodes, sub_selects, bounds, claims, relations, tenant_columns, guarded
with names as (
  select t.name from tenant_columns as t where t.name <> 'id'
),

people as (
  select r.oid, r.identity
  from relations as r
  where r.oid not in (select g.object from guarded as g where g.class = 'pg_class'::regclass) and (
    r.name ~ '(^|_)(user|member|membership|admin|person|people|profile|account)s?$'
    or exists (
      select from pg_catalog.pg_attribute as a
      where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped and (
        a.attname in (select n.name from names as n)
        or a.attname ~ '^(user|owner|member|person|account|tenant|org|organi[sz]ation)_?(id)?$'
      )
    )
  )
)

select
  'policy' as kind, p.identity,
  format(
    'It asks whether %s has any such row, with no claim compared in it: one row lets everybody '
    'through.',
    string_agg(distinct r.identity, ', ')
  ) as detail,
  '' as fix, case when bool_and(b.is_bound) then 'warning' else 'error' end as level
from policies as p
inner join sub_selects as s on p.oid = s.policy and s.variant = '0' and not s.is_correlated
inner join bounds as b on p.oid = b.policy and s.clause = b.clause
inner join nodes as n on s.tree = n.tree and n.place between s.place and s.ends
inner join people as r on n.relation = r.oid
left join claims as c
  on s.tree = c.tree and c.place between s.place and s.ends and not c.is_null_test
where p.is_for_requests and p.is_permissive and c.tree is null
group by p.identity
