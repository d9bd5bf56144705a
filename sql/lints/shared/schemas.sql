-- Return the schemas that are looked at, as (oid, name).
-- Flow: read by relations and policies; `--schema` narrows it.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: what an extension brought is mended by its author, and not in this database.
-- uses: given
select n.oid, n.nspname::text as name
from pg_catalog.pg_namespace as n
cross join given as g
where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
  and (g.schemas is null or n.nspname = any(g.schemas))
  and not exists (
    select from pg_catalog.pg_depend as d
    where d.classid = 'pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e'
  )
