-- A policy lets everybody in: it names no role.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: every later role gets its rows with the first grant, and each statement of another role
--      pays for the condition. A restrictive policy for all only takes away.
-- Level: warning
-- Category: security
-- uses: policies, privileges, request_roles
select
  'policy' as kind, p.identity,
  format('It is for every role, also for those that are made later, to %s.', p.command) as detail,
  coalesce('alter policy ' || p.target || ' to ' || (
    select string_agg(distinct quote_ident(q.name), ', ')
    from request_roles as q
    inner join privileges as h on q.oid = h.role and h.relation = p.relation
    where q.oid <> 0 and not q.is_connection
  ) || ';', '') as fix
from policies as p
where p.is_permissive and p.is_for_public
