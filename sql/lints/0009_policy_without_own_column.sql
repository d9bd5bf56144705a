-- A policy asks who is there, and not whose the row is.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: whoever is signed in then reaches every tenant's rows. To read a table that is the same for
--      all is no mistake.
-- Level: warning
-- Category: security
-- uses: policies, truths, nodes, tenant_tables
select
  'policy' as kind, p.identity,
  format(
    'Its %s has no column of the row, so it is the same answer for the rows of all tenants.',
    string_agg(case n.clause when 'using' then 'USING' else 'WITH CHECK' end, ' and its '
               order by n.clause desc)
  ) as detail,
  '' as fix
from policies as p
inner join (
  select n.object, n.clause
  from nodes as n
  where n.clause <> 'body'
  group by n.object, n.clause
  having count(n.own_column) = 0
) as n on p.oid = n.object
inner join truths as t on p.oid = t.policy and n.clause = t.clause and t.truth is null
where p.is_permissive and p.is_for_requests
  and not (p.command = 'select' and p.relation not in (select s.relation from tenant_tables as s))
group by p.identity
