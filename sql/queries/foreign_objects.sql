-- Return what is needed of others, as (needed, is extension, its schema, by); $1 are the schemas.
-- Flow: read by `orgscope adopt`. Never installed.
-- Runs as: the caller; reads pg_catalog only.
-- Raises: nothing.
-- Why: a revision that creates these objects in an empty database fails without what they need.
with recursive own as (
  select d.classid, d.objid
  from pg_catalog.pg_depend as d
  inner join pg_catalog.pg_namespace as n
    on d.refclassid = 'pg_catalog.pg_namespace'::regclass and d.refobjid = n.oid
  where n.nspname = any($1) and d.deptype = 'n'
  union
  select d.classid, d.objid
  from own as o
  inner join pg_catalog.pg_depend as d
    on o.classid = d.refclassid and o.objid = d.refobjid and d.deptype in ('a', 'i', 'P', 'S')
  where d.classid <> 'pg_catalog.pg_policy'::regclass
)

select distinct
  coalesce(quote_ident(e.extname), needed.identity) as needed,
  e.extname is not null as is_extension,
  coalesce(quote_ident(en.nspname), '') as extension_schema,
  case when e.oid is null then by_.type || ' ' || by_.identity else '' end as needed_by
from own as o
inner join pg_catalog.pg_depend as d on o.classid = d.classid and o.objid = d.objid
cross join lateral pg_identify_object(d.refclassid, d.refobjid, 0) as needed
cross join lateral pg_identify_object(o.classid, o.objid, 0) as by_
left join pg_catalog.pg_depend as m
  on d.refclassid = m.classid and d.refobjid = m.objid and m.deptype = 'e'
  and m.refclassid = 'pg_catalog.pg_extension'::regclass
left join pg_catalog.pg_extension as e on m.refobjid = e.oid
left join pg_catalog.pg_namespace as en on e.extnamespace = en.oid
where d.refclassid <> 'pg_catalog.pg_namespace'::regclass
  and d.deptype in ('n', 'a', 'x')
  and e.extname is distinct from 'plpgsql'
  and (d.refclassid, d.refobjid) not in (select other.classid, other.objid from own as other)
  and (e.oid is not null
       or needed.schema is not null and needed.schema not in ('pg_catalog', 'information_schema')
       and needed.schema <> all($1))
order by 1, 4
