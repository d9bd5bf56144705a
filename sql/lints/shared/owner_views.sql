-- Return the views that requests read, by themselves or through others, with their owner's rights.
--      (view, identity, is_barrier, owner_name, exempt, asks): `exempt` names the relations whose
--      row security does not bind the owner, and copies of such; asks where the view itself asks
--      who is there.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: what a view asks of a claim stands in its own query: as a call, a setting or current_user.
--      It keeps back what it reads of other views as well.
-- uses: entries, relations, view_reads, copies, nodes, claims
with recursive asked as (
  select n.object as view
  from entries as n
  where n.class = 'pg_class'::regclass
  union
  select v.relation
  from asked as a
  inner join view_reads as v on a.view = v.view and not v.is_invoker
  where a.view not in (select k.view from askers as k)
),

-- What a view shows of a claim in its columns keeps no row back.
askers as (
  select c.object as view
  from claims as c
  left join nodes as t
    on c.tree = t.tree and c.place between t.place and t.ends and t.node = 'TARGETENTRY'
    and t.levels = 1
  where c.clause = 'body' and c.is_compared and t.tree is null
)

select
  r.oid as view, r.identity, v.is_barrier, r.owner_name,
  string_agg(v.relation::regclass::text, ', ' order by v.relation::regclass::text) as exempt,
  r.oid in (select k.view from askers as k) as asks
from relations as r
inner join view_reads as v on r.oid = v.view and not v.is_invoker
where r.kind = 'view' and r.oid in (select a.view from asked as a)
  and (v.is_exempt or v.relation in (select c.view from copies as c))
group by r.oid, r.identity, v.is_barrier, r.owner_name
