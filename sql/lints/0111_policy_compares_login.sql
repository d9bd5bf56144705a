-- A policy tells people apart by their database role, and all requests have the same.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: `owner = current_user` keeps apart people who log in as themselves. With less than three
--      roles (two are a reader and a writer, or who is signed in and who is not) that requests act
--      as under the policy, or with less than three logins that lead to these, where it compares
--      session_user, the column is compared with a constant.
-- Level: warning
-- Category: security
-- uses: policies, nodes, policy_roles
with compared as (
  select n.object as policy, bool_or(n.variant = '12') as is_session
  from nodes as n
  inner join nodes as e
    on n.tree = e.tree and n.place > e.place and n.place < e.ends and e.operator = '='
    and e.node in ('OPEXPR', 'SCALARARRAYOPEXPR')
  inner join nodes as v
    on e.tree = v.tree and e.place < v.place and e.ends > v.place and v.own_column > 0
  where n.node = 'SQLVALUEFUNCTION' and n.variant in ('9', '10', '11', '12')
  group by n.object
),

actors as (
  select
    q.policy, count(distinct q.role) as roles, count(distinct l.oid) as logins,
    string_agg(distinct q.name, ', ') as role_names,
    string_agg(distinct l.rolname::text, ', ') as login_names
  from policy_roles as q
  left join pg_catalog.pg_roles as l
    on l.rolcanlogin and not l.rolsuper and pg_has_role(l.oid, q.role, 'MEMBER')
  where q.role <> 0 and not q.is_connection
  group by q.policy
)

select
  'policy' as kind, p.identity,
  case
    when c.is_session then format(
      'It compares a column with session_user, which is the same for all requests: %s.',
      coalesce(a.login_names, 'no login leads there')
    )
    else format(
      'It compares a column with current_user, which is the same for all requests: %s.',
      a.role_names
    )
  end as detail,
  '' as fix
from policies as p
inner join compared as c on p.oid = c.policy
inner join actors as a on p.oid = a.policy
where case when c.is_session then a.logins else a.roles end < 3
