-- Return the roles as whom a request acts, or acts after RESET ROLE.
--      (oid, name, is_request, is_guessed)
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a login that can SET ROLE to a request's role is where RESET ROLE leads back to. Who may
--      administer that role is taken for an administrator; so is a superuser, if nobody made it a
--      member.
-- uses: request_roles
select
  r.oid, r.rolname::text as name, not q.is_connection as is_request, q.is_guessed
from request_roles as q
inner join pg_catalog.pg_roles as r on q.oid = r.oid
union all
select distinct r.oid, r.rolname::text, false, q.is_guessed
from pg_catalog.pg_roles as r
inner join request_roles as q on q.oid <> 0 and r.oid <> q.oid and case
  when r.rolsuper then exists (
    select from pg_catalog.pg_auth_members as m
    where r.oid = m.member and q.oid = m.roleid and not m.admin_option
  )
  else pg_has_role(
    r.oid, q.oid,
    case when current_setting('server_version_num')::integer < 160000 then 'MEMBER' else 'SET' end
  ) and not pg_has_role(r.oid, q.oid, 'MEMBER WITH ADMIN OPTION')
end
where r.rolcanlogin and r.oid not in (select k.oid from request_roles as k)
