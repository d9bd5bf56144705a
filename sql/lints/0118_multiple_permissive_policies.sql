-- Several permissive policies of a table are for the same role and command.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: PostgreSQL joins them with OR and evaluates one after the other until one is true; an OR
--      over different columns uses an index only when each has one. The fix joins those that are
--      for the same command and roles; where one is for ALL, or roles differ, only a person can.
-- Level: info
-- Category: performance
-- uses: relations, policies, policy_roles
with applied as (
  select p.relation, q.name as role_name, c.command, p.oid
  from policies as p
  inner join policy_roles as q on p.oid = q.policy and not q.is_connection
  inner join (values ('select'), ('insert'), ('update'), ('delete')) as c (command)
    on p.command in (c.command, 'all')
  where p.is_permissive and p.is_for_requests
),

many as (
  select a.relation, a.role_name, a.command, array_agg(a.oid order by a.oid) as oids
  from applied as a
  group by a.relation, a.role_name, a.command
  having count(*) > 1
),

-- One line for each set of policies.
sets as (
  select
    m.relation, m.oids, string_agg(distinct m.command, ', ' order by m.command) as commands,
    string_agg(distinct m.role_name, ', ' order by m.role_name) as role_names
  from many as m
  group by m.relation, m.oids
),

firsts as (
  select s.oids, min(p.target) as target
  from sets as s
  inner join policies as p on p.oid = any(s.oids)
  group by s.oids
),

joined as (
  select
    s.relation, s.commands, s.role_names, string_agg(quote_ident(p.name), ', ' order by p.name)
      as names,
    case when min(p.command) = max(p.command) and min(p.roles) = max(p.roles) then format(
      'alter policy %s%s%s; %s', min(p.target),
      ' using (' || string_agg('(' || p.using_text || ')', ' or ' order by p.name) || ')',
      case when bool_or(p.check_text is not null) then format(' with check (%s)', string_agg(
        format('(%s)', coalesce(p.check_text, p.using_text)), ' or ' order by p.name
      )) end,
      string_agg(format('drop policy %s;', p.target), ' ' order by p.name)
        filter (where p.target <> t.target)
    ) end as fix
  from sets as s
  inner join policies as p on p.oid = any(s.oids)
  inner join firsts as t on s.oids = t.oids
  group by s.relation, s.oids, s.commands, s.role_names
)

select
  r.kind, r.identity,
  'For ' || string_agg(
    format('%s as %s each of %s is asked', j.commands, j.role_names, j.names), '; for '
    order by j.names
  ) || '.' as detail,
  case when count(*) = count(j.fix) then string_agg(j.fix, ' ' order by j.names) else '' end as fix
from joined as j
inner join relations as r on j.relation = r.oid
group by r.kind, r.identity
