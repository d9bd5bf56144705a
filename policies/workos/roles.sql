-- Who may do what with workos.roles: a request sees the roles of its organization.

call authz.reset_policies('workos.roles');

create policy select_own on workos.roles for select to orgscope_user
using (deleted_at is null and organization_id = (select authz.org_id_or_null()));
create policy all_definer on workos.roles for all to orgscope_definer
using (true) with check (true);
create policy select_sealer on workos.roles for select to orgscope_sealer using (true);
create policy select_admin on workos.roles for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.roles for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.roles for select to orgscope_backup using (true);

revoke all on workos.roles from public;
revoke all on workos.roles from orgscope_user;
grant select (
  id, organization_id, slug, name, description, type, resource_type_slug, permissions, created_at
)
on workos.roles to orgscope_user;
grant select, insert, update, delete on workos.roles to orgscope_definer;
grant select on workos.roles
to orgscope_sealer, orgscope_admin, orgscope_auditor, orgscope_backup;
