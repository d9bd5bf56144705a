-- A table has policies, and its row security is off.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the policies look like protection and do nothing.
-- Level: error
-- Category: security
-- uses: relations, policies
select
  r.kind, r.identity,
  format(
    'Row security is off, so its policies do nothing: %s.', string_agg(p.name, ', ' order by p.name)
  ) as detail,
  format('alter table %s enable row level security;', r.identity) as fix
from relations as r
inner join policies as p on r.oid = p.relation
where not r.has_row_security
group by r.kind, r.identity
