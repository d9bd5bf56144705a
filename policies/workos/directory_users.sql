-- Who may do what with workos.directory_users: nothing of it reaches a request.

call authz.reset_policies('workos.directory_users');

create policy all_definer on workos.directory_users for all to orgscope_definer
using (true) with check (true);
create policy select_admin on workos.directory_users for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.directory_users for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.directory_users for select to orgscope_backup using (true);

revoke all on workos.directory_users from public;
grant select, insert, update, delete on workos.directory_users to orgscope_definer;
grant select on workos.directory_users to orgscope_admin, orgscope_auditor, orgscope_backup;
