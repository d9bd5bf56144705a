-- A policy has a condition for a role that no policy binds.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a superuser and a role with BYPASSRLS see every row, whatever the condition says. Where it
--      is constant, nobody meant to keep a row from the role.
-- Level: warning
-- Category: security
-- uses: policies, truths
select
  'policy' as kind, p.identity,
  format(
    'Its condition does not bind %s: %s row security.',
    string_agg(distinct r.rolname::text, ', '),
    case count(distinct r.oid) when 1 then 'that role bypasses' else 'these roles bypass' end
  ) as detail,
  '' as fix
from policies as p
inner join truths as t on p.oid = t.policy and t.truth is null
cross join lateral unnest(p.roles) as n (role)
inner join pg_catalog.pg_roles as r on n.role = r.oid and (r.rolbypassrls or r.rolsuper)
group by p.identity
