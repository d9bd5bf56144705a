-- Requests have a privilege on a table, and no policy lets any row through for it.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: an update or a delete then does nothing, silently, and an insert fails. A warning where the
--      table has only restrictive policies: they take away from what permissive ones give. A table
--      without any policy is another lint.
-- Level: info
-- Category: security
-- uses: relations, policies, privileges, policy_roles
with commands (command) as (
  values ('select'), ('insert'), ('update'), ('delete')
),

missing as (
  select r.oid, h.role, h.role_name, h.privilege
  from relations as r
  inner join privileges as h on r.oid = h.relation and h.role <> 0
  inner join commands as c on h.privilege = c.command
  where r.has_row_security and not exists (
    select from policies as p
    inner join policy_roles as q on p.oid = q.policy and h.role = q.role
    where p.relation = r.oid and p.is_permissive and p.command in (c.command, 'all')
  )
),

lists as (
  select c.oid, c.relacl as acl from pg_catalog.pg_class as c
  union all
  select a.attrelid, a.attacl from pg_catalog.pg_attribute as a where a.attacl is not null
),

granted as (
  select
    m.oid, m.role, m.role_name, m.privilege,
    coalesce(bool_and(g.grantee = m.role), false) as is_own
  from missing as m
  left join lists as s on m.oid = s.oid
  left join lateral aclexplode(s.acl) as g
    on lower(g.privilege_type) = m.privilege
    and (g.grantee = 0 or pg_has_role(m.role, g.grantee, 'USAGE'))
  group by m.oid, m.role, m.role_name, m.privilege
),

kinds as (
  select p.relation, not bool_or(p.is_permissive) as is_restrictive_only
  from policies as p
  group by p.relation
)

select
  r.kind, r.identity,
  case
    when k.is_restrictive_only
      then 'Its policies are all restrictive, so no row is let through for '
    else 'No policy lets a row through for '
  end || string_agg(
    format('%s as %s', g.privilege, g.role_name), ', ' order by g.role_name, g.privilege
  ) || '.' as detail,
  case
    when k.is_restrictive_only or not bool_and(g.is_own) then ''
    else string_agg(
      format('revoke %s on %s from %I;', g.privilege, r.identity, g.role_name), ' '
      order by g.role_name, g.privilege
    )
  end as fix,
  case when k.is_restrictive_only then 'warning' else 'info' end as level
from granted as g
inner join relations as r on g.oid = r.oid
inner join kinds as k on r.oid = k.relation
group by r.kind, r.identity, k.is_restrictive_only
