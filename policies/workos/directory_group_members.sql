-- Who may do what with workos.directory_group_members: nothing of it reaches a request.

call authz.reset_policies('workos.directory_group_members');

create policy all_definer on workos.directory_group_members for all to orgscope_definer
using (true) with check (true);
create policy select_admin on workos.directory_group_members for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.directory_group_members for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.directory_group_members for select to orgscope_backup
using (true);

revoke all on workos.directory_group_members from public;
grant select, insert, update, delete on workos.directory_group_members to orgscope_definer;
grant select on workos.directory_group_members to orgscope_admin, orgscope_auditor, orgscope_backup;
