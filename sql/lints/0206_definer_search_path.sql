-- A security definer looks names up where others can put objects.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: without a path of its own it takes its caller's, and so a caller's function runs with the
--      rights of the owner. It is an error where requests call it or fire it. Without pg_temp at
--      the end PostgreSQL looks for tables and types there first: a warning, where requests may
--      make temporary ones.
-- Level: error
-- Category: security
-- uses: search_paths, entries, request_roles
with creators as (
  select distinct n.nspname::text as schema
  from pg_catalog.pg_namespace as n
  inner join request_roles as q on has_schema_privilege(q.oid, n.oid, 'CREATE')
),

temporary as (
  select d.oid
  from pg_catalog.pg_database as d
  inner join request_roles as q on has_database_privilege(q.oid, d.oid, 'TEMP')
  where d.datname = current_database()
),

judged as (
  select
    s.identity, s.schema, s.path, e.object is not null as is_reached,
    array(
      select c.schema from creators as c where c.schema = any(s.path) order by c.schema
    ) as open,
    coalesce(s.path[cardinality(s.path)], '') <> 'pg_temp' as is_temp_first
  from search_paths as s
  left join entries as e on s.oid = e.object and e.class = 'pg_proc'::regclass
  where s.is_definer
)

select
  'function' as kind, j.identity,
  case
    when j.path is null then
      'It has no search path of its own: its caller decides which tables and functions it finds.'
    when j.open <> '{}' then format(
      'Its search path has %s, where requests may create objects that it then finds.',
      array_to_string(j.open, ', ')
    )
    else
      'Its search path does not end with pg_temp, so temporary tables and types are found first.'
  end as detail,
  case
    when j.open <> '{}' or j.path is null and j.schema in (select c.schema from creators as c)
      then ''
    else format(
      'alter routine %s set search_path = %spg_temp;', j.identity, case
        when j.path is null then format('pg_catalog, %I, ', j.schema) else (
          select coalesce(string_agg(quote_ident(n.name) || ', ', '' order by n.place), '')
          from unnest(array_remove(j.path, 'pg_temp')) with ordinality as n (name, place)
        )
      end
    )
  end as fix,
  case
    when (j.path is null or j.open <> '{}') and j.is_reached then 'error' else 'warning'
  end as level
from judged as j
where j.path is null or j.open <> '{}'
  or j.is_temp_first and j.is_reached and exists (select from temporary as t)
