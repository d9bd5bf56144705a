-- A policy opens rows of every tenant: it compares no column with a claim.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: permissive policies are joined with OR, so the one without the tenant's condition decides
--      for all. An error beside others that keep tenants apart; a warning where it asks another
--      claim, such as a role of staff, or where it is alone for its command, on a table whose rows
--      are somebody's. A restrictive policy that has the tenant is enough, and so is a table under
--      row security that it reads. What has no column of the row at all, one branch of a condition
--      and what may be written are other lints.
-- Level: error
-- Category: security
-- uses: policies, bounds, truths, nodes, policy_roles, claims, tenant_tables
with covered as (
  select
    p.oid, p.relation, p.is_permissive, q.role, c.command, b.is_bound, b.is_asked, b.has_comparison
  from policies as p
  inner join bounds as b on p.oid = b.policy and b.clause = 'using'
  inner join (values ('select'), ('update'), ('delete')) as c (command)
    on p.command in (c.command, 'all')
  inner join policy_roles as q on p.oid = q.policy and not q.is_connection
),

kept as (
  select
    c.relation, c.role, c.command, bool_or(not c.is_permissive) as is_restricted,
    string_agg(p.name, ', ' order by p.name) filter (where c.is_permissive) as names
  from covered as c
  inner join policies as p on c.oid = p.oid
  where c.is_bound
  group by c.relation, c.role, c.command
),

owned as (
  select distinct n.object as oid from nodes as n where n.clause = 'using' and n.own_column >= 0
),

opened as (
  select
    c.oid, c.relation, c.is_asked, max(k.names) as names,
    string_agg(distinct c.command, ', ') as commands
  from covered as c
  left join kept as k
    on c.relation = k.relation and c.role = k.role and c.command = k.command
  where c.is_permissive and not c.is_bound and not c.has_comparison
    and k.is_restricted is not true
  group by c.oid, c.relation, c.is_asked
)

select
  'policy' as kind, p.identity,
  format(
    'It compares no column with a claim, so it lets requests %s rows of every tenant%s.',
    o.commands, ', which ' || o.names || ' would keep apart'
  ) as detail,
  '' as fix,
  case when o.is_asked or o.names is null then 'warning' else 'error' end as level
from opened as o
inner join policies as p on o.oid = p.oid
inner join owned as w on o.oid = w.oid
inner join truths as t on o.oid = t.policy and t.clause = 'using' and t.truth is null
where case
  when o.is_asked then o.names is not null and exists (
    select from claims as c
    where c.object = p.oid and c.clause = 'using' and not c.is_null_test
  )
  else o.names is not null or p.relation in (select s.relation from tenant_tables as s)
end
