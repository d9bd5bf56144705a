-- Return the policies of the relations, and whether they are for requests.
-- Flow: read by edges, nodes, truths and by most lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a policy is for a role when it names PUBLIC, the role, or one whose rights it inherits. The
--      text of an expression is for people and for `fix`; ask nodes what it does.
-- uses: relations, request_roles
select
  p.oid, p.polname::text as name, format('%s.%I', r.identity, p.polname) as identity,
  format('%I on %s', p.polname, r.identity) as target, p.polrelid as relation,
  r.identity as relation_identity, r.has_row_security, p.polpermissive as is_permissive,
  case p.polcmd
    when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete'
    else 'all'
  end as command,
  p.polroles as roles, 0 = any(p.polroles) as is_for_public,
  0 = any(p.polroles) or exists (
    select from request_roles as q
    cross join lateral unnest(p.polroles) as n (role)
    where q.oid <> 0 and not q.is_connection and pg_has_role(q.oid, n.role, 'USAGE')
  ) as is_for_requests,
  pg_get_expr(p.polqual, p.polrelid) as using_text,
  pg_get_expr(p.polwithcheck, p.polrelid) as check_text
from pg_catalog.pg_policy as p
inner join relations as r on p.polrelid = r.oid
