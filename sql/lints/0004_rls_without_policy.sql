-- A table with row security and without any policy is granted to requests.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: without a grant the table is closed on purpose, and is not named. With one, a request is
--      answered with no row instead of an error, and the next policy opens what nobody looked at.
-- Level: info
-- Category: security
-- uses: relations, privileges, policies, revokes
select
  r.kind, r.identity,
  format(
    'It has no policy, so requests find no row, silently, though they have %s.',
    string_agg(distinct p.privilege, ', ' order by p.privilege)
  ) as detail,
  coalesce((select v.statement from revokes as v where v.relation = r.oid), '') as fix
from relations as r
inner join privileges as p
  on r.oid = p.relation and p.privilege in ('select', 'insert', 'update', 'delete')
where r.has_row_security and r.oid not in (select q.relation from policies as q)
group by r.kind, r.identity, r.oid
