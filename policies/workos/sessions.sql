-- Who may do what with workos.sessions: a request sees its own sessions.

call authz.reset_policies('workos.sessions');

create policy select_own on workos.sessions for select to orgscope_user
using (deleted_at is null and user_id = (select authz.user_id_or_null()));
create policy all_definer on workos.sessions for all to orgscope_definer
using (true) with check (true);
create policy select_sealer on workos.sessions for select to orgscope_sealer using (true);
create policy select_admin on workos.sessions for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.sessions for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.sessions for select to orgscope_backup using (true);

revoke all on workos.sessions from public;
revoke all on workos.sessions from orgscope_user;
grant select (id, user_id, organization_id, status, auth_method, expires_at, ended_at, created_at)
on workos.sessions to orgscope_user;
grant select, insert, update, delete on workos.sessions to orgscope_definer;
grant select on workos.sessions
to orgscope_sealer, orgscope_admin, orgscope_auditor, orgscope_backup;
