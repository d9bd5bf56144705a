-- Who may do what with workos.directories: nothing of it reaches a request.

call authz.reset_policies('workos.directories');

create policy all_definer on workos.directories for all to orgscope_definer
using (true) with check (true);
create policy select_admin on workos.directories for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.directories for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.directories for select to orgscope_backup using (true);

revoke all on workos.directories from public;
grant select, insert, update, delete on workos.directories to orgscope_definer;
grant select on workos.directories to orgscope_admin, orgscope_auditor, orgscope_backup;
