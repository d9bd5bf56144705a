-- Requests may create objects in a schema.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a function or table with the right name is found instead of yours by whatever has the schema
--      in its search path. Before PostgreSQL 15 PUBLIC had it in schema public, and a server that
--      was upgraded has it still.
-- Level: warning
-- Category: security
-- uses: schemas, request_roles
select
  'schema' as kind, quote_ident(s.name) as identity,
  format(
    'Requests may create functions and tables in it as %s.',
    string_agg(q.name, ', ' order by q.name)
  ) as detail,
  coalesce((
    select format(
      'revoke create on schema %I from %s;', s.name, string_agg(
        distinct
        case g.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end,
        ', '
      )
    )
    from pg_catalog.pg_namespace as n
    cross join lateral aclexplode(n.nspacl) as g
    where n.oid = s.oid and g.privilege_type = 'CREATE' and g.grantee <> n.nspowner
      and (g.grantee = 0 or exists (
        select from request_roles as k where k.oid <> 0 and pg_has_role(k.oid, g.grantee, 'USAGE')
      ))
    having count(*) > 0
  ), '') as fix
from schemas as s
inner join request_roles as q on has_schema_privilege(q.oid, s.oid, 'CREATE')
group by s.oid, s.name
