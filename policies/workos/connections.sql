-- Who may do what with workos.connections: nothing of it reaches a request.

call authz.reset_policies('workos.connections');

create policy all_definer on workos.connections for all to orgscope_definer
using (true) with check (true);
create policy select_admin on workos.connections for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.connections for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.connections for select to orgscope_backup using (true);

revoke all on workos.connections from public;
grant select, insert, update, delete on workos.connections to orgscope_definer;
grant select on workos.connections to orgscope_admin, orgscope_auditor, orgscope_backup;
