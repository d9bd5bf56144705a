-- Return the functions that policies call, by themselves or by other functions and views.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a policy is as good as what it calls. `settings`, `reads` (relations) and `calls` are what
--      the function itself names: what it reaches through others is in edges. `is_pinned`: its
--      names were bound when it was made, or it has a search path of its own.
-- uses: edges, settings
with recursive reached as (
  select e.callee_class as class, e.callee as object from edges as e where e.caller_class = 0
  union
  select e.callee_class, e.callee
  from reached as r
  inner join edges as e on r.class = e.caller_class and r.object = e.caller
)

select
  p.oid, p.oid::regprocedure::text as identity, p.proname::text as name, n.nspname::text as schema,
  p.proowner as owner, pg_get_userbyid(p.proowner)::text as owner_name, l.lanname::text as language,
  p.prosecdef as is_definer, p.proleakproof as is_leakproof,
  case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end
    as volatility,
  case p.proparallel when 's' then 'safe' when 'r' then 'restricted' else 'unsafe' end as parallel,
  p.prosqlbody is not null or c.search_path is not null as is_pinned, c.search_path,
  array(
    select s.name from settings as s
    where s.class = 'pg_proc'::regclass and s.object = p.oid group by s.name order by s.name
  ) as settings,
  array(
    select e.callee from edges as e
    where e.caller = p.oid and e.callee_class = 'pg_class'::regclass group by e.callee
  ) as reads,
  array(
    select e.callee from edges as e
    where e.caller = p.oid and e.callee_class = 'pg_proc'::regclass group by e.callee
  ) as calls
from pg_catalog.pg_proc as p
inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
inner join pg_catalog.pg_language as l on p.prolang = l.oid
left join lateral (
  select substr(u.setting, 13) as search_path
  from unnest(p.proconfig) as u (setting)
  where u.setting like 'search_path=%'
) as c on true
where p.oid in (select r.object from reached as r where r.class = 'pg_proc'::regclass)
