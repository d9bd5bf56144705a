-- Return what and, or and not join in the policies' expressions, the whole expression among it.
-- Flow: read by truths and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: what is true in one branch of an `or` lets the row through, whatever the others say. Under a
--      `not` an `and` is what an `or` is elsewhere: is_branch says that the term is an operand of
--      one of both, is_negated that an odd number of `not` stands above it.
-- uses: nodes
with recursive terms as (
  select
    n.object as policy, n.clause, n.tree, n.place, n.ends, n.node, n.variant, n.operator,
    n.constant, n.type, false as is_branch, false as is_negated
  from nodes as n
  where n.clause <> 'body' and n.parent is null
  union all
  select
    t.policy, t.clause, t.tree, n.place, n.ends, n.node, n.variant, n.operator,
    n.constant, n.type,
    t.variant <> 'not' and (t.variant = 'or') <> t.is_negated,
    (t.variant = 'not') <> t.is_negated
  from terms as t
  inner join nodes as n on t.tree = n.tree and t.place = n.parent
  where t.node = 'BOOLEXPR'
)

select * from terms
