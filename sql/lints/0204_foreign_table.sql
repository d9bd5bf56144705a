-- A foreign table is granted to requests.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: row security cannot be switched on for it, also where it is a partition of a table that has
--      it; the other server sees one user for all requests.
-- Level: warning
-- Category: security
-- uses: relations, privileges, revokes
select
  r.kind, r.identity,
  format(
    'It can have no row security, so requests reach every row that the other server gives: they '
    'have %s.', string_agg(distinct p.privilege, ', ' order by p.privilege)
  ) as detail,
  coalesce((select v.statement from revokes as v where v.relation = r.oid), '') as fix
from relations as r
inner join privileges as p on r.oid = p.relation
where r.kind = 'foreign table' and p.privilege in ('select', 'insert', 'update', 'delete')
group by r.kind, r.identity, r.oid
