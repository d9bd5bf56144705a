-- Return what and, or and not join in the policies' expressions, the whole expression among it.
-- Flow: read by truths and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: what is true in one branch of an `or` lets the row through, whatever the others say:
--      is_branch says that there is an `or` and no `not` above the term.
-- uses: nodes
with recursive terms as (
  select
    n.object as policy, n.clause, n.tree, n.place, n.ends, n.node, n.variant, n.operator,
    n.constant, n.type, null::bigint as parent, false as is_branch, false as is_negated
  from nodes as n
  where n.clause <> 'body' and n.parent is null
  union all
  select
    t.policy, t.clause, t.tree, n.place, n.ends, n.node, n.variant, n.operator,
    n.constant, n.type, t.place as parent,
    (t.is_branch or t.variant = 'or') and t.variant <> 'not', t.is_negated or t.variant = 'not'
  from terms as t
  inner join nodes as n on t.tree = n.tree and t.place = n.parent
  where t.node = 'BOOLEXPR'
)

select * from terms
