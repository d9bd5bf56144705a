-- A policy lets who is not signed in write, and binds no row to a claim.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the role of who is not signed in is known by its name: anon, anonymous, web_anon, guest.
--      With a condition that binds each row to a claim nothing is let through without one. What is
--      always true is another lint.
-- Level: warning
-- Category: security
-- uses: policies, bounds, truths
with written as (
  select p.oid, p.relation, c.command, bool_or(b.is_bound) as is_bound
  from policies as p
  inner join (
    values ('insert', 'check'), ('update', 'using'), ('update', 'check'), ('delete', 'using')
  ) as c (command, clause) on p.command in (c.command, 'all')
  inner join bounds as b on p.oid = b.policy and c.clause = b.clause
  inner join truths as t on p.oid = t.policy and c.clause = t.clause and t.truth is null
  where p.is_permissive
  group by p.oid, p.relation, c.command
)

select
  'policy' as kind, p.identity,
  format(
    'It lets %s %s rows, and its condition binds no row to a claim.',
    string_agg(distinct r.rolname::text, ', '), string_agg(distinct w.command, ', ')
  ) as detail,
  '' as fix
from policies as p
inner join written as w on p.oid = w.oid and not w.is_bound
inner join pg_catalog.pg_roles as r
  on r.rolname in ('anon', 'anonymous', 'web_anon', 'guest')
  and case w.command
    when 'delete' then has_table_privilege(r.oid, w.relation, 'DELETE')
    else has_any_column_privilege(r.oid, w.relation, w.command)
  end
where p.is_for_public or exists (
  select from unnest(p.roles) as n (role)
  where n.role <> 0 and pg_has_role(r.oid, n.role, 'USAGE')
)
group by p.identity
