-- A function of this database is marked leakproof, so it may see rows before row security does.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: PostgreSQL trusts the mark and runs the function on rows of other tenants. An error message,
--      a notice or a difference in time then tells of them. In SQL and PL/pgSQL nobody can promise
--      that there is none: what the body calls may fail.
-- Level: warning
-- Category: security
-- uses: schemas
select
  'function' as kind, p.oid::regprocedure::text as identity,
  format(
    'It is in %s and marked leakproof, so it may be called on rows that row security hides.',
    l.lanname
  ) as detail,
  format('alter function %s not leakproof;', p.oid::regprocedure) as fix
from pg_catalog.pg_proc as p
inner join schemas as s on p.pronamespace = s.oid
inner join pg_catalog.pg_language as l on p.prolang = l.oid
where p.proleakproof and not exists (
  select from pg_catalog.pg_depend as d
  where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'e'
)
