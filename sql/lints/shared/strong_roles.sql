-- Return the roles that row security does not bind.
--      (oid, name, meaning, attributes): the attributes that make it so, empty for an owner and for
--      the roles of the server.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: an owner switches row security off. Who copies the server, or reads its files, reads the
--      tables; who may make any role may, before PostgreSQL 16, become any but a superuser.
-- uses: relations
with attributes as (
  select r.oid, r.rolname, a.word, a.meaning
  from pg_catalog.pg_roles as r
  cross join lateral (
    values
    (r.rolsuper, 'superuser', 'is a superuser'),
    (r.rolbypassrls, 'bypassrls', 'has BYPASSRLS'),
    (r.rolreplication, 'replication', 'has REPLICATION, so it may copy the server'),
    (
      r.rolcreaterole and current_setting('server_version_num')::integer < 160000,
      'createrole', 'has CREATEROLE, so it may become any role'
    )
  ) as a (has_it, word, meaning)
  where a.has_it
)

select
  a.oid, a.rolname::text as name, string_agg(a.meaning, ', ') as meaning,
  array_agg(a.word) as attributes
from attributes as a
group by a.oid, a.rolname
union all
select distinct r.owner, r.owner_name, 'owns tables under row security', array[]::text[]
from relations as r
where r.has_row_security and r.owner not in (select a.oid from attributes as a)
union all
select r.oid, r.rolname::text, 'reaches the files of the server', array[]::text[]
from pg_catalog.pg_roles as r
where r.rolname in ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program')
