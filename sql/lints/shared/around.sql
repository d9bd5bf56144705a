-- Return the tables whose rows a security definer of requests reaches past row security.
--      (function, relation, is_fired): as the owner of the function, or of what it calls.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a definer acts as its owner, a view without security_invoker likewise, and all else as who
--      calls it. Whom row security does not bind is as in view_reads.
-- uses: entries, edges
with recursive walk as (
  select
    n.object as function, n.is_fired and not n.is_called as is_fired, n.class, n.object, n.owner
  from entries as n
  where n.class = 'pg_proc'::regclass and not n.is_process
  union
  select
    w.function, w.is_fired, e.callee_class, e.callee, coalesce(p.proowner, v.relowner, w.owner)
  from walk as w
  inner join edges as e on w.class = e.caller_class and w.object = e.caller
  left join pg_catalog.pg_proc as p
    on e.callee = p.oid and e.callee_class = 'pg_proc'::regclass and p.prosecdef
  left join pg_catalog.pg_class as v
    on e.callee = v.oid and e.callee_class = 'pg_class'::regclass and v.relkind = 'v'
    and not exists (
      select from pg_options_to_table(v.reloptions) as o
      where o.option_name = 'security_invoker' and o.option_value::boolean
    )
)

select distinct w.function, w.object as relation, w.is_fired
from walk as w
inner join pg_catalog.pg_class as c
  on w.object = c.oid and w.class = 'pg_class'::regclass and c.relrowsecurity
inner join pg_catalog.pg_roles as r on w.owner = r.oid
where r.rolsuper or r.rolbypassrls
  or not c.relforcerowsecurity and pg_has_role(w.owner, c.relowner, 'USAGE')
