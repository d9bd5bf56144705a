-- Return what asks the policies of a table: (class, object).
-- Flow: read by bounds.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a policy that reads a table under row security finds there what a request finds. So does a
--      function that reads one, or calls such a function, unless it is a security definer.
-- uses: edges
with recursive guarded as (
  select 'pg_class'::regclass::oid as class, c.oid as object
  from pg_catalog.pg_class as c
  where c.relrowsecurity
  union
  select e.caller_class, e.caller
  from guarded as g
  inner join edges as e on g.class = e.callee_class and g.object = e.callee and e.caller <> 0
  left join pg_catalog.pg_proc as p
    on e.caller = p.oid and e.caller_class = 'pg_proc'::regclass and p.prosecdef
  where p.oid is null
)

select g.class, g.object from guarded as g
