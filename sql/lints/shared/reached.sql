-- Return the functions, views and tables that each policy for requests reaches.
--      (policy, class, object)
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: edges has the same for all policies together.
-- uses: policies, nodes, edges
with recursive reached as (
  select p.oid as policy, c.class, c.object
  from policies as p
  inner join nodes as n on p.oid = n.object and n.clause <> 'body'
  cross join lateral (
    values ('pg_proc'::regclass::oid, n.function), ('pg_class'::regclass::oid, n.relation)
  ) as c (class, object)
  where p.is_for_requests and c.object is not null
  union
  select r.policy, e.callee_class, e.callee
  from reached as r
  inner join edges as e on r.class = e.caller_class and r.object = e.caller
)

select r.policy, r.class, r.object from reached as r
