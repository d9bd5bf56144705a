-- Return the request roles that each policy is for, PUBLIC and connections among them.
--      (policy, role, name, is_connection)
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a policy is for a role that it names, for one that inherits such a role's rights, and for
--      every role when it names PUBLIC.
-- uses: policies, request_roles
select p.oid as policy, q.oid as role, q.name, q.is_connection
from policies as p
inner join request_roles as q
  on p.is_for_public or exists (
    select from unnest(p.roles) as n (role)
    where q.oid <> 0 and n.role <> 0 and pg_has_role(q.oid, n.role, 'USAGE')
  )
