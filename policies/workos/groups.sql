-- Who may do what with workos.groups: a request sees the groups of its organization.

call authz.reset_policies('workos.groups');

create policy select_own on workos.groups for select to orgscope_user
using (deleted_at is null and organization_id = (select authz.org_id_or_null()));
create policy all_definer on workos.groups for all to orgscope_definer
using (true) with check (true);
create policy select_admin on workos.groups for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.groups for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.groups for select to orgscope_backup using (true);

revoke all on workos.groups from public;
revoke all on workos.groups from orgscope_user;
grant select (id, organization_id, name, description, created_at)
on workos.groups to orgscope_user;
grant select, insert, update, delete on workos.groups to orgscope_definer;
grant select on workos.groups to orgscope_admin, orgscope_auditor, orgscope_backup;
