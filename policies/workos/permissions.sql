-- Who may do what with workos.permissions: nothing of it reaches a request.

call authz.reset_policies('workos.permissions');

create policy all_definer on workos.permissions for all to orgscope_definer
using (true) with check (true);
create policy select_admin on workos.permissions for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.permissions for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.permissions for select to orgscope_backup using (true);

revoke all on workos.permissions from public;
grant select, insert, update, delete on workos.permissions to orgscope_definer;
grant select on workos.permissions to orgscope_admin, orgscope_auditor, orgscope_backup;
