-- Return which relations each view reads, and as whom.
--      (view, relation, is_invoker, is_barrier, owner, is_exempt): is_exempt where the relation has
--      row security that does not bind the owner of the view.
-- Flow: read by copies, owner_views and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a view without security_invoker asks as its owner, also where another view reads it. Row
--      security does not bind a superuser, BYPASSRLS, and, if it is not forced, the table's owner
--      and who inherits its rights.
-- uses: relations
select distinct
  v.oid as view, t.oid as relation, coalesce(o.is_invoker, false) as is_invoker,
  coalesce(o.is_barrier, false) as is_barrier, v.owner,
  t.relrowsecurity and (
    w.rolsuper or w.rolbypassrls
    or not t.relforcerowsecurity and pg_has_role(v.owner, t.relowner, 'USAGE')
  ) as is_exempt
from relations as v
inner join pg_catalog.pg_class as c on v.oid = c.oid
inner join pg_catalog.pg_roles as w on v.owner = w.oid
cross join lateral (
  select
    bool_or(p.option_value::boolean) filter (where p.option_name = 'security_invoker')
      as is_invoker,
    bool_or(p.option_value::boolean) filter (where p.option_name = 'security_barrier')
      as is_barrier
  from pg_options_to_table(c.reloptions) as p
) as o
inner join pg_catalog.pg_rewrite as r on v.oid = r.ev_class
inner join pg_catalog.pg_depend as d
  on r.oid = d.objid and d.classid = 'pg_rewrite'::regclass
  and d.refclassid = 'pg_class'::regclass and v.oid <> d.refobjid
inner join pg_catalog.pg_class as t on d.refobjid = t.oid
where v.kind in ('view', 'materialized view')
