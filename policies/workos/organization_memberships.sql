-- Who may do what with workos.organization_memberships: a request sees its own memberships and
--      those of its organization.

call authz.reset_policies('workos.organization_memberships');

create policy select_own on workos.organization_memberships for select to orgscope_user using (
  deleted_at is null
  and (
    user_id = (select authz.user_id_or_null())
    or organization_id = (select authz.org_id_or_null())
  )
);
create policy all_definer on workos.organization_memberships for all to orgscope_definer
using (true) with check (true);
create policy select_sealer on workos.organization_memberships for select to orgscope_sealer
using (true);
create policy select_admin on workos.organization_memberships for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.organization_memberships for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.organization_memberships for select to orgscope_backup
using (true);

revoke all on workos.organization_memberships from public;
revoke all on workos.organization_memberships from orgscope_user;
grant select (
  id, user_id, organization_id, status, role_slug, role_slugs, directory_managed, created_at
)
on workos.organization_memberships to orgscope_user;
grant select, insert, update, delete on workos.organization_memberships to orgscope_definer;
grant select on workos.organization_memberships
to orgscope_sealer, orgscope_admin, orgscope_auditor, orgscope_backup;
