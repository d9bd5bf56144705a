-- A policy reads another table for each row, in a sub-select that no index of its own table helps.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: `column = any (array(select …))` reads the other table once per statement, and an index
--      searches by its result. A warning where nothing else narrows the rows and PostgreSQL cannot
--      make a hash table of the sub-select, which it can of most exists. A check runs for the rows
--      that are written and no others.
-- Level: warning
-- Category: performance
-- uses: policies, sub_selects, nodes, searches
with asked as (
  select distinct s.policy, s.variant, n.relation
  from sub_selects as s
  inner join nodes as v
    on s.tree = v.tree and s.place < v.place and s.ends > v.place and v.own_column is not null
  inner join nodes as n
    on s.tree = n.tree and s.place < n.place and s.ends > n.place
    and n.node in ('RANGETBLENTRY', 'RTE') and n.relation > 0
  where s.clause = 'using'
)

select
  'policy' as kind, p.identity,
  format(
    'It asks %s for each row: the sub-select has a column of the row in it.',
    string_agg(distinct a.relation::regclass::text, ', ' order by a.relation::regclass::text)
  ) as detail,
  '' as fix,
  case
    when bool_or(a.variant <> '0')
      and p.oid not in (select s.policy from searches as s where s.is_bare) then 'warning'
    else 'info'
  end as level
from policies as p
inner join asked as a on p.oid = a.policy
where p.is_for_requests
group by p.oid, p.identity
