-- Return the columns of other relations that stand for a column of the row in sub-selects.
--      (policy, relation, attnum)
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the forms are exists (select … where m.org_id = t.org_id), org_id in (select m.org_id …) and
--      org_id = any (array(select m.org_id …)). Not seen: what a function that is called looks up,
--      and a column that two relations of a join have in common by USING.
-- uses: nodes
with columns as (
  select v.object, v.tree, v.place, v.parent, q.place as query, q.parent as sub_select,
    v.attnum, v.varno
  from nodes as v
  inner join nodes as q
    on v.tree = q.tree and q.node = 'QUERY' and v.place between q.place and q.ends
    and v.levels = q.levels + 1
  where v.clause <> 'body' and v.node = 'VAR' and v.levels_up = 0 and v.attnum > 0 and v.levels > 0
),

sources_of_rows as (
  select
    f.tree, f.parent as query, f.relation,
    row_number() over (partition by f.tree, f.parent order by f.place) as varno
  from nodes as f
  where f.node in ('RANGETBLENTRY', 'RTE')
),

equalities as (
  select e.tree, e.place, e.parent
  from nodes as e
  inner join nodes as o on e.tree = o.tree and e.place = o.parent and o.own_column > 0
  where e.operator = '='
),

targets as (
  select c.object, c.tree, c.query, c.sub_select, c.attnum, c.varno
  from columns as c
  inner join nodes as t on c.tree = t.tree and c.parent = t.place and t.node = 'TARGETENTRY'
  where c.query = t.parent
),

relays as (
  select c.object, c.tree, c.query, c.attnum, c.varno
  from columns as c
  inner join equalities as e on c.tree = e.tree and c.parent = e.place
  union
  select t.object, t.tree, t.query, t.attnum, t.varno
  from targets as t
  inner join equalities as e on t.tree = e.tree and t.sub_select = e.parent
  union
  select t.object, t.tree, t.query, t.attnum, t.varno
  from targets as t
  inner join nodes as s on t.tree = s.tree and t.sub_select = s.place
  inner join equalities as e on s.tree = e.tree and s.parent = e.place
)

select distinct r.object as policy, s.relation, r.attnum
from relays as r
inner join sources_of_rows as s
  on r.tree = s.tree and r.query = s.query and r.varno = s.varno and s.relation is not null
