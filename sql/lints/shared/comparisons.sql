-- Return the columns of the row that policies compare with a claim, where they do it.
--      (policy, clause, tree, place, attnum, function): the place is the column's; the function
--      is current_setting or what depends on it, and null for current_user.
-- Flow: read by tenant_columns, bounds and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the forms are col = claim, col = any (…), col in (select …), exists (select … where
--      t.col = m.col and … claim …) and member_of(col). The other side has no column of the row.
-- uses: nodes, claims
with compared as (
  -- The claim stands within the comparison, or within the innermost sub-select around it.
  select
    v.tree, v.object, v.clause, v.own_column, v.place as column_place,
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
)

select
  c.object as policy, c.clause, c.tree, c.column_place as place, c.own_column as attnum, k.function
from compared as c
inner join claims as k
  on c.tree = k.tree and k.place between c.place and c.ends and k.is_compared
union
select v.object, v.clause, v.tree, v.place, v.own_column, k.function
from nodes as v
inner join claims as k on v.tree = k.tree and v.place between k.place and k.ends
where v.own_column > 0
