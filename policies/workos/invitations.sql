-- Who may do what with workos.invitations: nothing of it reaches a request.

call authz.reset_policies('workos.invitations');

create policy all_definer on workos.invitations for all to orgscope_definer
using (true) with check (true);
create policy select_admin on workos.invitations for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.invitations for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.invitations for select to orgscope_backup using (true);

revoke all on workos.invitations from public;
grant select, insert, update, delete on workos.invitations to orgscope_definer;
grant select on workos.invitations to orgscope_admin, orgscope_auditor, orgscope_backup;
