-- Return what requests run with the rights of somebody else: the functions and views of others.
--      (class, object, owner, is_called, is_fired, is_process, is_open): a security definer that
--      they may call, or that a trigger calls when they write, or a view without security_invoker
--      that they may read; is_process when only the logins of requests may, is_open when PUBLIC.
-- Flow: read by edges, around, owner_views and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: here, and only here, row security asks about another role than the one that asks. A trigger
--      calls its function whoever may execute it; a function of a view is called by who reads it.
-- uses: schemas, relations, privileges, request_roles
with fired as (
  select distinct t.tgfoid as function
  from pg_catalog.pg_trigger as t
  inner join privileges as p
    on t.tgrelid = p.relation and p.privilege in ('insert', 'update', 'delete', 'truncate')
  where not t.tgisinternal
)

select
  'pg_proc'::regclass::oid as class, p.oid as object, p.proowner as owner,
  count(q.oid) > 0 as is_called, f.function is not null as is_fired,
  coalesce(bool_and(q.is_connection), false) and f.function is null as is_process,
  coalesce(bool_or(q.oid = 0), false) as is_open
from pg_catalog.pg_proc as p
inner join schemas as s on p.pronamespace = s.oid
left join fired as f on p.oid = f.function
left join request_roles as q
  on p.prorettype not in ('trigger'::regtype, 'event_trigger'::regtype)
  and has_function_privilege(q.oid, p.oid, 'EXECUTE') and exists (
    select from request_roles as u
    where has_schema_privilege(u.oid, p.pronamespace, 'USAGE') and q.oid in (u.oid, 0)
  )
where p.prosecdef and not exists (
  select from pg_catalog.pg_depend as d
  where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
)
group by p.oid, p.proowner, f.function
having count(q.oid) > 0 or f.function is not null
union all
select 'pg_class'::regclass, r.oid, r.owner, true, false, false, bool_or(p.role = 0)
from relations as r
inner join privileges as p
  on r.oid = p.relation and p.privilege in ('select', 'insert', 'update', 'delete')
inner join pg_catalog.pg_class as c on r.oid = c.oid
where r.kind = 'view' and not exists (
  select from pg_options_to_table(c.reloptions) as o
  where o.option_name = 'security_invoker' and o.option_value::boolean
)
group by r.oid, r.owner
