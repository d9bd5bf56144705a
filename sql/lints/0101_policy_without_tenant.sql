-- A policy opens rows of every tenant beside others that keep them apart.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: permissive policies are joined with OR, so the one without the tenant's condition decides
--      for all. An error where a whole policy has none; a warning where it asks another claim, such
--      as a role of staff; info where one branch of an `or` has none, which who wrote it may have
--      meant. A restrictive policy that has it is enough. What
--      has no column of the row at all, and what may be written, are other lints.
-- Level: error
-- Category: security
-- uses: policies, bounds, truths, nodes, policy_roles, claims
with covered as (
  select p.oid, p.relation, p.is_permissive, q.role, c.command, b.is_bound, b.has_comparison
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
    c.oid, c.has_comparison, max(k.names) as names, string_agg(distinct c.command, ', ') as commands
  from covered as c
  left join kept as k
    on c.relation = k.relation and c.role = k.role and c.command = k.command
  where c.is_permissive and not c.is_bound and k.is_restricted is not true
    and (c.has_comparison or k.names is not null)
  group by c.oid, c.has_comparison
)

select
  'policy' as kind, p.identity,
  case
    when o.has_comparison then format(
      'One branch of its condition compares no column with a claim, so it lets requests %s rows '
      'of every tenant.', o.commands
    )
    else format(
      'It compares no column with a claim, so it lets requests %s rows of every tenant, which %s '
      'would keep apart.', o.commands, o.names
    )
  end as detail,
  '' as fix,
  case
    when o.has_comparison then 'info'
    when exists (
      select from claims as c where c.policy = p.oid and c.clause = 'using'
    ) then 'warning'
    else 'error'
  end as level
from opened as o
inner join policies as p on o.oid = p.oid
inner join owned as w on o.oid = w.oid
inner join truths as t on o.oid = t.policy and t.clause = 'using' and t.truth is null
