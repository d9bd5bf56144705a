-- Requests have a privilege on a table that no policy is asked about.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: TRUNCATE empties the table for everybody: an error. REFERENCES tells which keys exist, a
--      trigger runs as whoever writes next, and MAINTAIN locks the table: each takes one more
--      mistake. `grant all` gives all of them.
-- Level: error
-- Category: security
-- uses: relations, privileges, grants
select
  r.kind, r.identity,
  format(
    'Row security is not asked about %s, and requests have that as %s.',
    string_agg(distinct upper(p.privilege), ', '), string_agg(distinct p.role_name, ', ')
  ) as detail,
  coalesce((
    select format(
      'revoke %s on %s from %s;', string_agg(distinct g.privilege, ', '), r.identity,
      string_agg(distinct g.grantee_name, ', ')
    )
    from grants as g
    where g.relation = r.oid and g.privilege = any(array_agg(p.privilege))
    having count(*) > 0
  ), '') as fix,
  case when bool_or(p.privilege = 'truncate') then 'error' else 'warning' end as level
from relations as r
inner join privileges as p
  on r.oid = p.relation and p.privilege in ('truncate', 'references', 'trigger', 'maintain')
where r.kind = 'table' and r.has_row_security
group by r.kind, r.identity, r.oid
