-- Return the nodes by which a request says who it is.
--      (object, clause, tree, place, ends, function, name, is_settable, is_sealed, is_compared,
--      is_null_test): what reads a setting, by itself or through others, and current_user.
-- Flow: read by comparisons, bounds, fallbacks, owner_views and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: to ask whether there is a claim (is_null_test) tells no two apart. Only a condition that has
--      a column in it as well (is_compared) does. A condition is what and, or, not, where, on or
--      `is null` has as an operand. A function whose `begin atomic` body asks no more than whether
--      there is a claim is such a question; what any other one does with the claim is not known.
-- uses: nodes, settings, sources
with asking as (
  select n.*, s.name, s.is_settable, s.is_sealed
  from nodes as n
  inner join sources as s on n.function = s.object and s.class = 'pg_proc'::regclass
  union all
  select n.*, s.name, s.is_settable, s.is_sealed
  from nodes as n
  inner join sources as s on n.relation = s.object and s.class = 'pg_class'::regclass
  where n.node in ('RANGETBLENTRY', 'RTE')
    and n.relation <> n.object  -- before PostgreSQL 16 a view has itself, as old and new
  union all
  select n.*, s.name, s.is_settable, false
  from settings as s
  inner join nodes as n on s.tree = n.tree and s.place = n.place
  union all
  select n.*, null, false, true
  from nodes as n
  where n.node = 'SQLVALUEFUNCTION' and n.variant in ('9', '10', '11', '12')
),

conditions as (
  select n.tree, n.place, n.ends, n.node
  from nodes as n
  left join nodes as o on n.tree = o.tree and n.parent = o.place
  where o.place is null or o.node in ('BOOLEXPR', 'FROMEXPR', 'JOINEXPR') or n.node = 'NULLTEST'
),

-- The innermost condition around each.
standing as (
  select a.tree, a.place, max(c.place) as condition
  from asking as a
  inner join conditions as c on a.tree = c.tree and a.place between c.place and c.ends
  group by a.tree, a.place
),

judged as (
  select s.tree, s.place, count(v.place) > 0 as is_compared, c.node = 'NULLTEST' as is_null_test
  from standing as s
  inner join conditions as c on s.tree = c.tree and s.condition = c.place
  left join nodes as v
    on c.tree = v.tree and v.place between c.place and c.ends and v.node = 'VAR'
  group by s.tree, s.place, c.node
),

-- The functions that ask for nothing else.
testing as (
  select a.object as function
  from asking as a
  inner join judged as j on a.tree = j.tree and a.place = j.place
  where a.clause = 'body'
  group by a.object
  having bool_and(j.is_null_test and not j.is_compared)
)

select
  a.object, a.clause, a.tree, a.place, a.ends, a.function, a.name, a.is_settable, a.is_sealed,
  j.is_compared, not j.is_compared and (j.is_null_test or t.function is not null) as is_null_test
from asking as a
inner join judged as j on a.tree = j.tree and a.place = j.place
left join testing as t on a.function = t.function
