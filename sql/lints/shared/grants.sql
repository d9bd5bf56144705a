-- Return the grants by which requests may do something with a relation or sequence.
--      (relation, attnum, grantee, grantee_name, privilege): one row for each grant, the attnum 0
--      where it is for the whole relation; the name is quoted, and public for PUBLIC.
-- Flow: read by revokes and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a revoke must name the grantee of the grant, which may be a group of the request's role.
--      What an owner may needs no grant, and no revoke takes it away.
-- uses: schemas, request_roles
with lists as (
  select c.oid as relation, 0 as attnum, c.relowner as owner, c.relacl as acl
  from pg_catalog.pg_class as c
  inner join schemas as s on c.relnamespace = s.oid
  union all
  select c.oid, a.attnum, c.relowner, a.attacl
  from pg_catalog.pg_attribute as a
  inner join pg_catalog.pg_class as c on a.attrelid = c.oid
  inner join schemas as s on c.relnamespace = s.oid
  where a.attacl is not null
)

select
  l.relation, l.attnum, g.grantee,
  case g.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end
    as grantee_name,
  lower(g.privilege_type) as privilege
from lists as l
cross join lateral aclexplode(l.acl) as g
where g.grantee <> l.owner and (g.grantee = 0 or exists (
  select from request_roles as q where q.oid <> 0 and pg_has_role(q.oid, g.grantee, 'USAGE')
))
