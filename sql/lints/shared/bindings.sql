-- Return what the terms of policies' conditions ask of the row and of who is there.
--      (tree, place, is_bound, is_asked, has_comparison): of all terms but and, or and not.
-- Flow: read by bounds.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a term binds that compares a column of the row with a claim; one that is never true lets no
--      row through; one that takes the tenant's column for null or for one value means certain
--      rows, which other lints name. Under a `not` a comparison means the rows of all others.
-- uses: policies, nodes, terms, comparisons, claims, guarded
with tenants as (
  select p.relation, c.attnum
  from comparisons as c
  inner join policies as p on c.policy = p.oid and p.is_for_requests
  group by p.relation, c.attnum
),

columns as (
  select n.tree, n.place, c.place is not null as is_compared, t.attnum is not null as is_tenant
  from nodes as n
  inner join policies as p on n.object = p.oid
  left join tenants as t on p.relation = t.relation and n.own_column = t.attnum
  left join comparisons as c on n.tree = c.tree and n.place = c.place
  where n.clause <> 'body' and n.own_column is not null
),

asking as (
  select k.tree, k.place, k.is_compared from claims as k where not k.is_null_test
  union
  select n.tree, n.place, true
  from nodes as n
  inner join guarded as g on n.function = g.object and g.class = 'pg_proc'::regclass
  union
  select n.tree, n.place, true
  from nodes as n
  inner join guarded as g on n.relation = g.object and g.class = 'pg_class'::regclass
  union
  select n.tree, n.place, false
  from nodes as n
  inner join pg_catalog.pg_proc as f
    on n.function = f.oid and f.proname = 'pg_has_role'
    and f.pronamespace = 'pg_catalog'::regnamespace
),

asked as (
  select t.tree, t.place
  from terms as t
  inner join asking as a on t.tree = a.tree and a.place between t.place and t.ends
  where t.operator is distinct from '<>' and not (t.is_negated and a.is_compared)
  group by t.tree, t.place
),

judged as (
  select
    t.tree, t.place, coalesce(bool_or(c.is_compared), false) as has_comparison,
    t.node = 'CONST' and (t.constant = t.is_negated::text or t.constant is null)
    or not t.is_negated and (
      bool_or(c.is_compared) is true
      or count(c.place) = 1 and bool_and(c.is_tenant)
      and (t.node in ('OPEXPR', 'SCALARARRAYOPEXPR') and t.operator = '='
           or t.node = 'NULLTEST' and t.variant = '0')
    ) as is_bound
  from terms as t
  left join columns as c on t.tree = c.tree and c.place between t.place and t.ends
  where t.node <> 'BOOLEXPR'
  group by t.tree, t.place, t.node, t.variant, t.constant, t.operator, t.is_negated
)

select
  j.tree, j.place, j.is_bound, j.is_bound or a.place is not null as is_asked, j.has_comparison
from judged as j
left join asked as a on j.tree = a.tree and j.place = a.place
