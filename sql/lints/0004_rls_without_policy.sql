-- A table with row security and without any policy is granted to requests.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: without a grant the table is closed on purpose, and is not named. With one, a request is
--      answered with no row instead of an error, and the next policy opens what nobody looked at.
-- Level: info
-- Category: security
-- uses: relations, privileges, policies
select
  r.kind, r.identity,
  format(
    'It has no policy, so requests find no row, silently, though they have %s.',
    string_agg(distinct p.privilege, ', ' order by p.privilege)
  ) as detail,
  coalesce((
    select string_agg(distinct format(
      'revoke all on %s from %s;', r.identity,
      case when g.grantee = 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee)) end
    ), ' ')
    from (
      select c.relacl as acl from pg_catalog.pg_class as c where c.oid = r.oid
      union all
      select a.attacl from pg_catalog.pg_attribute as a where a.attrelid = r.oid
    ) as s
    cross join lateral aclexplode(s.acl) as g
    where g.grantee <> r.owner and (g.grantee = 0 or exists (
      select from privileges as h
      where h.relation = r.oid and h.role <> 0 and pg_has_role(h.role, g.grantee, 'USAGE')
    ))
  ), '') as fix
from relations as r
inner join privileges as p
  on r.oid = p.relation and p.privilege in ('select', 'insert', 'update', 'delete')
where r.has_row_security and r.oid not in (select q.relation from policies as q)
group by r.kind, r.identity, r.oid, r.owner
