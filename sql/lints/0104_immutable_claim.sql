-- A function that a policy calls says that it is immutable, and is not: it reads the session.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: PostgreSQL puts the value of an immutable function into the plan, and a plan that is kept,
--      by a prepared statement or by PL/pgSQL, gives the tenant of its first run to all later ones.
--      A function that reads a table is as little immutable.
-- Level: error
-- Category: security
-- uses: helpers, sources, nodes, relations
select
  'function' as kind, h.identity,
  format(
    'It is declared immutable and reads %s: a plan that is kept serves the rows of whoever came '
    'first.',
    coalesce(
      string_agg(distinct 'the setting ' || s.name, ', '), string_agg(distinct r.identity, ', '),
      case when bool_or(s.object is not null) then 'a setting' else 'the current user' end
    )
  ) as detail,
  format('alter function %s stable;', h.identity) as fix
from helpers as h
left join sources as s on h.oid = s.object and s.class = 'pg_proc'::regclass
left join relations as r on r.oid = any(h.reads)
where h.volatility = 'immutable' and (
  s.object is not null or r.oid is not null or h.oid in (
    select n.object from nodes as n
    where n.clause = 'body' and n.node = 'SQLVALUEFUNCTION' and n.variant in ('9', '10', '11', '12')
  )
)
group by h.identity
