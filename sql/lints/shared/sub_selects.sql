-- Return the sub-selects of policies, and whether they run once or for each row.
--      (policy, clause, tree, place, ends, variant, is_correlated)
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: one that reads a column from outside of itself (is_correlated) runs for each row; any other
--      runs once per statement. `variant` is as in nodes.
-- uses: nodes
select
  q.object as policy, q.clause, q.tree, q.place, q.ends, s.variant,
  coalesce(bool_or(v.levels - v.levels_up <= q.levels), false) as is_correlated
from nodes as q
inner join nodes as s on q.tree = s.tree and q.parent = s.place and s.node = 'SUBLINK'
left join nodes as v
  on q.tree = v.tree and v.place between q.place and q.ends and v.levels_up is not null
where q.node = 'QUERY' and q.clause <> 'body'
group by q.object, q.clause, q.tree, q.place, q.ends, s.variant
