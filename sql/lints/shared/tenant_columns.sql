-- Return the columns by which policies tell tenants and people apart.
--      (relation, attnum, name, policy, clause): each is compared for equality with what depends on
--      a claim, or handed to a function that depends on one.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the forms are col = claim, col = any (…), col in (select …), exists (select … where
--      t.col = m.col and … claim …) and member_of(col). The other side has no column of the row,
--      and the check of an update is its using where it has no own one.
-- uses: policies, nodes, claims
with compared as (
  -- The claim stands within the comparison, or within the innermost sub-select around it.
  select
    v.tree, v.object, v.clause, v.own_column,
    coalesce(max(s.place), e.place) as place, coalesce(min(s.ends), e.ends) as ends
  from nodes as v
  inner join nodes as e
    on v.tree = e.tree and v.place > e.place and v.place < e.ends and v.sublinks = e.sublinks
    and e.node in ('OPEXPR', 'SCALARARRAYOPEXPR') and e.operator = '='
  left join nodes as s
    on e.tree = s.tree and s.node = 'SUBLINK' and e.place > s.place and e.place < s.ends
  left join nodes as o
    on e.tree = o.tree and o.own_column is not null and v.place <> o.place
    and e.place < o.place and e.ends > o.place
  where v.own_column > 0
  group by v.tree, v.object, v.clause, v.own_column, v.place, e.place, e.ends
  having count(o.place) = 0
),

columns as (
  select c.object, c.clause, c.own_column
  from compared as c
  inner join claims as k on c.tree = k.tree and k.place between c.place and c.ends
  union
  select v.object, v.clause, v.own_column
  from nodes as v
  inner join claims as k on v.tree = k.tree and v.place between k.place and k.ends
  where v.own_column > 0
)

select
  p.relation, c.own_column as attnum, (
    select a.attname::text from pg_catalog.pg_attribute as a
    where a.attrelid = p.relation and a.attnum = c.own_column
  ) as name, p.oid as policy, w.clause
from columns as c
inner join policies as p on c.object = p.oid
cross join lateral unnest(
  case
    when c.clause = 'using' and p.command in ('update', 'all') and p.check_text is null
      then array['using', 'check']
    else array[c.clause]
  end
) as w (clause)
