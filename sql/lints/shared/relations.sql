-- Return the tables, views and foreign tables of the schemas, and who owns them.
-- Flow: read by privileges, policies and by most lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a partition and a child of an inheritance have row security, grants and a name of their own.
-- uses: schemas
select
  c.oid, s.name as schema, c.relname::text as name, format('%I.%I', s.name, c.relname) as identity,
  case c.relkind
    when 'r' then 'table' when 'p' then 'table' when 'v' then 'view'
    when 'm' then 'materialized view' else 'foreign table'
  end as kind,
  c.relowner as owner, pg_get_userbyid(c.relowner)::text as owner_name,
  c.relrowsecurity as has_row_security, c.relforcerowsecurity as is_forced,
  c.relkind = 'p' as is_partitioned, c.relispartition as is_partition
from pg_catalog.pg_class as c
inner join schemas as s on c.relnamespace = s.oid
where c.relkind in ('r', 'p', 'v', 'm', 'f') and c.relpersistence <> 't'
  and not exists (
    select from pg_catalog.pg_depend as d
    where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
  )
