-- A policy calls a function whose declaration makes every statement on the table slow.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: both are what CREATE FUNCTION takes when nothing is said. A warning for volatile: it is no
--      key of an index, and what it answers may differ from row to row. Info for parallel unsafe:
--      no statement on the table uses a parallel plan. The fix says stable where no word of the
--      body writes or is volatile; whether it is parallel safe is for a person.
-- Level: warning
-- Category: performance
-- uses: policies, nodes, helpers, edges
with called as (
  select
    f.oid, f.oid::regprocedure::text as identity, f.provolatile = 'v' as is_volatile,
    f.prosqlbody::text as body, string_agg(distinct p.identity, ', ' order by p.identity)
      as policies
  from policies as p
  inner join nodes as n on p.oid = n.object and n.clause <> 'body'
  inner join pg_catalog.pg_proc as f
    on n.function = f.oid and (f.provolatile = 'v' or f.proparallel = 'u')
  where p.is_for_requests
  group by f.oid, f.provolatile, f.prosqlbody, f.proname
),

-- By what a function is volatile in truth: itself, or what it calls.
writes as (
  select n.object as oid
  from nodes as n
  inner join pg_catalog.pg_proc as f on n.function = f.oid and f.provolatile = 'v'
  where n.clause = 'body'
  union
  select e.caller
  from edges as e
  inner join pg_catalog.pg_proc as f on e.callee = f.oid and f.provolatile = 'v'
  where e.caller_class = 'pg_proc'::regclass and e.callee_class = 'pg_proc'::regclass
  union
  select e.callee
  from edges as e
  where e.callee_class = 'pg_proc'::regclass and exists (
    select from unnest(e.words) as w (word)
    where lower(w.word) in ('insert', 'update', 'delete', 'merge', 'execute', 'truncate', 'lock')
      or regexp_replace(lower(w.word), '^pg_catalog[.]', '') in (
        select f.proname::text from pg_catalog.pg_proc as f
        where f.provolatile = 'v' and f.pronamespace = 'pg_catalog'::regnamespace
      )
  )
)

select
  'function' as kind, c.identity,
  format(
    'It is %s, and %s calls it.',
    case when c.is_volatile then 'volatile' else 'parallel unsafe' end, c.policies
  ) as detail,
  case
    when c.is_volatile and h.language in ('sql', 'plpgsql') and w.oid is null
      and c.body !~ ':commandType [2345]' is not false
      then format('alter function %s stable;', c.identity)
    else ''
  end as fix,
  case when c.is_volatile then 'warning' else 'info' end as level
from called as c
left join helpers as h on c.oid = h.oid
left join writes as w on c.oid = w.oid
