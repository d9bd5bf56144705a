-- A row may have no tenant: the column by which policies tell tenants apart may be null.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: such a row is nobody's: no request sees it, no clean-up of a tenant finds it. A warning
--      where a policy has `… is null` on the column: then it is everybody's. A domain that is not
--      null and a constraint that says so of the column alone are as good as NOT NULL. A generated
--      column is as its sources are, and nobody forgets to fill it.
-- Level: info
-- Category: security
-- uses: policies, relations, nodes, terms, tenant_columns
with opened as (
  select v.object as policy, v.own_column as attnum
  from terms as t
  inner join nodes as v on t.tree = v.tree and t.place = v.parent and v.own_column > 0
  where t.node = 'NULLTEST' and t.variant = '0' and not t.is_negated and t.clause = 'using'
)

select
  'column' as kind, format('%s.%I', r.identity, a.attname) as identity,
  case
    when count(o.policy) > 0 then format(
      'It may be null, and a row without a value is everybody''s by %s.',
      string_agg(distinct p.name, ', ') filter (where o.policy is not null)
    )
    else 'It may be null, and a row without a value is nobody''s: no request sees it.'
  end as detail,
  format('alter table %s alter column %I set not null;', r.identity, a.attname) as fix,
  case when count(o.policy) > 0 then 'warning' else 'info' end as level
from tenant_columns as t
inner join policies as p on t.policy = p.oid and p.is_for_requests and p.is_permissive
inner join relations as r on t.relation = r.oid
inner join pg_catalog.pg_attribute as a
  on t.relation = a.attrelid and t.attnum = a.attnum and not a.attnotnull
    and a.attgenerated = ''
inner join pg_catalog.pg_type as y on a.atttypid = y.oid and not y.typnotnull
left join opened as o on p.oid = o.policy and t.attnum = o.attnum
where not exists (
  select from pg_catalog.pg_constraint as k
  where k.conrelid = t.relation and k.contype = 'c' and k.conkey = array[t.attnum::smallint]
    and pg_get_expr(k.conbin, k.conrelid) = format('(%I IS NOT NULL)', a.attname)
)
group by r.identity, a.attname
