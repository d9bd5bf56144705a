-- Return the functions that look names up when they are called, and where they look.
--      (oid, identity, schema, is_definer, is_trigger, path); the path is null where the function
--      has none of its own.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the names of a `begin atomic` body were bound when it was made; C has none. A path such as
--      "pg_catalog, pg_temp" within quotes is one name.
-- uses: schemas, relations
select
  p.oid, p.oid::regprocedure::text as identity, s.name as schema,
  p.prosecdef as is_definer,
  p.oid in (
    select t.tgfoid
    from pg_catalog.pg_trigger as t
    inner join relations as r on t.tgrelid = r.oid
    where not t.tgisinternal
  ) as is_trigger,
  case when c.setting is not null then array(
    select replace(btrim(m.name[1], '"'), '""', '"')
    from regexp_matches(c.setting, '"(?:[^"]|"")*"|[^,\s]+', 'g') with ordinality
      as m (name, place)
    where m.name[1] <> '""'
    order by m.place
  ) end as path
from pg_catalog.pg_proc as p
inner join schemas as s on p.pronamespace = s.oid
inner join pg_catalog.pg_language as l on p.prolang = l.oid and l.lanname not in ('c', 'internal')
left join lateral (
  select substr(u.setting, 13) as setting
  from unnest(p.proconfig) as u (setting)
  where u.setting like 'search_path=%'
) as c on true
where p.prosqlbody is null and p.prokind in ('f', 'p') and not exists (
  select from pg_catalog.pg_depend as d
  where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
)
