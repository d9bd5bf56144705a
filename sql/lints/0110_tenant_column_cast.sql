-- A policy casts the tenant's column, so no index on it is used.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: every statement then looks at the rows of all tenants. An index on an expression of the
--      column, as its first part, is as good; varchar to text is no cast.
-- Level: warning
-- Category: performance
-- uses: policies, nodes, comparisons, claims
with wrapped as (
  select distinct c.policy, c.attnum
  from comparisons as c
  inner join nodes as v on c.tree = v.tree and c.place = v.place
  inner join nodes as e
    on v.tree = e.tree and v.place between e.place and e.ends and v.sublinks = e.sublinks
    and e.node in ('OPEXPR', 'SCALARARRAYOPEXPR') and e.operator = '='
  inner join nodes as w
    on e.tree = w.tree and v.place > w.place and v.place < w.ends and e.place < w.place
    and e.ends > w.ends and w.node in ('COERCEVIAIO', 'FUNCEXPR', 'OPEXPR', 'COALESCEEXPR')
  left join claims as k on w.tree = k.tree and k.place between w.place and w.ends
  where k.tree is null
)

select
  'policy' as kind, p.identity,
  format(
    'It compares %s only after a cast or a function, so no index on it is used.',
    string_agg(quote_ident(a.attname), ', ' order by a.attname)
  ) as detail,
  '' as fix
from policies as p
inner join wrapped as w on p.oid = w.policy
inner join pg_catalog.pg_attribute as a on p.relation = a.attrelid and w.attnum = a.attnum
where p.is_for_requests and not exists (
  select from pg_catalog.pg_index as i
  inner join pg_catalog.pg_depend as d
    on d.classid = 'pg_class'::regclass and i.indexrelid = d.objid
    and d.refclassid = 'pg_class'::regclass and d.refobjid = p.relation
  where i.indrelid = p.relation and i.indkey[0] = 0 and d.refobjsubid = w.attnum
)
group by p.identity
