-- A table that requests reach has no row security.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: any privilege counts, also one on a single column, or on a partition by its own name.
-- Level: error
-- Category: security
-- uses: relations, privileges
select
  r.kind, r.identity,
  format(
    'Row security is off, and no row is kept from a request: it has %s as %s.',
    string_agg(distinct p.privilege, ', ' order by p.privilege),
    string_agg(distinct p.role_name, ', ' order by p.role_name)
  ) as detail,
  format(
    'alter table %1$s enable row level security; alter table %1$s force row level security;',
    r.identity
  ) as fix
from relations as r
inner join privileges as p on r.oid = p.relation
where r.kind = 'table' and not r.has_row_security
group by r.kind, r.identity
