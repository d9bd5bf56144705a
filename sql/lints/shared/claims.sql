-- Return the nodes of policies by which a request says who it is.
--      (policy, clause, tree, place, ends, function, name, is_settable, is_sealed): what reads a
--      setting, by itself or through others, and current_user.
-- Flow: read by tenant_columns and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a policy tells tenants apart by comparing one of these with a column of the row.
-- uses: nodes, settings, sources
select
  n.object as policy, n.clause, n.tree, n.place, n.ends, n.function, s.name, s.is_settable,
  s.is_sealed
from nodes as n
inner join sources as s
  on s.class = 'pg_proc'::regclass and n.function = s.object
  or s.class = 'pg_class'::regclass and n.node in ('RANGETBLENTRY', 'RTE') and n.relation = s.object
where n.clause <> 'body'
union all
select n.object, n.clause, n.tree, n.place, n.ends, n.function, s.name, s.is_settable, false
from settings as s
inner join nodes as n on s.tree = n.tree and s.place = n.place
where s.class = 'pg_policy'::regclass
union all
select n.object, n.clause, n.tree, n.place, n.ends, null, null, false, true
from nodes as n
where n.clause <> 'body' and n.node = 'SQLVALUEFUNCTION' and n.variant in ('9', '10', '11', '12')
