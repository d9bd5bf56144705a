-- Tables that are made later are granted to requests at once.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a new table has no row security, so it is open until somebody switches that on.
-- Level: warning
-- Category: security
-- uses: given, schemas, request_roles
with opened as (
  select
    quote_ident(r.rolname) as role, lower(g.privilege_type) as privilege,
    coalesce(' in schema ' || quote_ident(s.name), '') as place,
    case g.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end
      as grantee
  from pg_catalog.pg_default_acl as d
  inner join pg_catalog.pg_roles as r on d.defaclrole = r.oid
  cross join given as n
  left join schemas as s on d.defaclnamespace = s.oid
  cross join lateral aclexplode(d.defaclacl) as g
  where d.defaclobjtype = 'r' and g.grantee <> d.defaclrole
    and (s.oid is not null or d.defaclnamespace = 0 and n.schemas is null)
    and (g.grantee = 0 or exists (
      select from request_roles as q where q.oid <> 0 and pg_has_role(q.oid, g.grantee, 'USAGE')
    ))
)

select
  'default privileges' as kind, o.role || o.place as identity,
  format(
    'Each table that %s makes%s is granted to %s: %s.', o.role, o.place,
    string_agg(distinct o.grantee, ', '), string_agg(distinct o.privilege, ', ')
  ) as detail,
  format(
    'alter default privileges for role %s%s revoke all on tables from %s;', o.role, o.place,
    string_agg(distinct o.grantee, ', ')
  ) as fix
from opened as o
group by o.role, o.place
