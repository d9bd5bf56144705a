-- A policy compares the tenant's column with a literal.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: every request then reaches the rows of that one tenant. The tenant's column is one that this
--      or another table's policies compare with a claim (a table's own key aside), or one that has
--      such a name.
-- Level: warning
-- Category: security
-- uses: policies, nodes, tenant_columns
with names as (
  select t.name
  from tenant_columns as t
  inner join policies as p on t.policy = p.oid and p.is_for_requests
  where not exists (
    select from pg_catalog.pg_constraint as k
    where k.conrelid = t.relation and k.contype = 'p' and k.conkey = array[t.attnum::smallint]
  )
),

equalities as (
  select e.object, e.clause, e.tree, e.place, max(n.own_column) as attnum
  from nodes as e
  inner join nodes as n on e.tree = n.tree and e.place < n.place and e.ends > n.place
  where e.clause <> 'body' and e.node in ('OPEXPR', 'SCALARARRAYOPEXPR') and e.operator = '='
  group by e.object, e.clause, e.tree, e.place
  having count(*) filter (where n.node = 'VAR') = 1 and max(n.own_column) > 0
    and bool_or(n.node = 'CONST' and n.constant <> '')
    and bool_and(n.node in ('VAR', 'CONST', 'RELABELTYPE', 'COERCEVIAIO', 'ARRAYEXPR'))
)

select
  'policy' as kind, p.identity,
  format(
    'It compares %s with a literal, so every request reaches the rows of that tenant.',
    string_agg(distinct quote_ident(a.attname), ', ')
  ) as detail,
  '' as fix
from policies as p
inner join equalities as e on p.oid = e.object
inner join pg_catalog.pg_attribute as a on p.relation = a.attrelid and e.attnum = a.attnum
where p.is_permissive and p.is_for_requests and (
  a.attname in (select n.name from names as n)
  or a.attname ~ '^(tenant|org|organi[sz]ation|account|workspace|company|customer)_?(id)?$'
)
group by p.identity
