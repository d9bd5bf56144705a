-- One branch of a policy's condition asks for no claim, so it opens rows of every tenant.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: `org_id = … or deleted_at is null` reads as if the tenant held for both. An error where the
--      branch lets requests write; a warning where they only read, for what is published may be
--      everybody's. A branch may ask another claim, such as a role of staff, or read a table under
--      row security; `is not null` asks only whether somebody is there. A restrictive policy that
--      has the tenant is enough.
-- Level: error
-- Category: security
-- uses: policies, bounds, truths, policy_roles
with covered as (
  select
    p.oid, p.relation, p.is_permissive, q.role, c.command, c.clause, b.is_bound, b.is_asked,
    b.has_comparison
  from policies as p
  inner join bounds as b on p.oid = b.policy
  inner join (
    values ('select', 'using'), ('insert', 'check'), ('update', 'using'), ('update', 'check'),
    ('delete', 'using')
  ) as c (command, clause) on p.command in (c.command, 'all') and b.clause = c.clause
  inner join policy_roles as q on p.oid = q.policy and not q.is_connection
),

restricted as (
  select distinct c.relation, c.role, c.command, c.clause
  from covered as c
  where not c.is_permissive and c.is_bound
)

select
  'policy' as kind, p.identity,
  format(
    'One branch of its condition asks for no claim, so it lets requests %s rows of every tenant.',
    string_agg(distinct c.command, ', ')
  ) as detail,
  '' as fix, case when bool_and(c.command = 'select') then 'warning' else 'error' end as level
from policies as p
inner join covered as c
  on p.oid = c.oid and c.is_permissive and c.has_comparison and not c.is_asked
inner join truths as t on c.oid = t.policy and c.clause = t.clause and t.truth is null
left join restricted as r
  on c.relation = r.relation and c.role = r.role and c.command = r.command
  and c.clause = r.clause
where r.relation is null
group by p.identity
