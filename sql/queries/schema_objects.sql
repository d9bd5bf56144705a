-- Return what stands in schemas, as (kind, identity, owner, follows); $1 are the schemas.
-- Flow: read by `orgscope adopt`, and by `migrate` before it adopts. Never installed.
-- Runs as: the caller; reads pg_catalog only.
-- Raises: nothing.
-- Why: everything in a schema depends on it, also what nobody thought of; what an extension, a
--      range type or a table brings with it is left out, or follows the owner of another object.
select 'schema' as kind, format('%I', n.nspname) as identity,
  pg_get_userbyid(n.nspowner)::text as owner, false as follows
from pg_catalog.pg_namespace as n
where n.nspname = any($1)
union all
select
  case
    when p.oid is not null then 'routine' when t.typtype = 'd' then 'domain'
    when d.classid = 'pg_catalog.pg_statistic_ext'::regclass then 'statistics' else i.type
  end,
  coalesce(p.oid::regprocedure::text, i.identity),
  coalesce(pg_get_userbyid(coalesce(c.relowner, t.typowner, p.proowner, x.stxowner))::text, ''),
  own.objid is not null
from pg_catalog.pg_depend as d
inner join pg_catalog.pg_namespace as n
  on d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid = n.oid
cross join lateral pg_identify_object(d.classid, d.objid, 0) as i
left join pg_catalog.pg_class as c
  on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid
left join pg_catalog.pg_type as t
  on d.classid = 'pg_catalog.pg_type'::regclass and d.objid = t.oid
left join pg_catalog.pg_proc as p
  on d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid
left join pg_catalog.pg_statistic_ext as x
  on d.classid = 'pg_catalog.pg_statistic_ext'::regclass and d.objid = x.oid
left join pg_catalog.pg_depend as own
  on d.classid = own.classid and d.objid = own.objid and c.relkind = 'S'
  and own.refclassid = 'pg_catalog.pg_class'::regclass and own.deptype in ('a', 'i')
where n.nspname = any($1) and d.deptype = 'n' and t.typtype is distinct from 'm'
  and not exists (
    select from pg_catalog.pg_depend as m
    where m.classid = d.classid and m.objid = d.objid
      and (m.deptype = 'e' or m.deptype = 'i' and p.oid is not null)
  )
order by 1, 2
