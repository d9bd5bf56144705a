-- Who may do what with workos.organizations: a request sees the organization of the context and
--      those it is an active member of.

call authz.reset_policies('workos.organizations');

create policy select_own on workos.organizations for select to orgscope_user using (
  raw is not null and deleted_at is null
  and (
    id = (select authz.org_id_or_null())
    or id = any(array(
      select m.organization_id from workos.organization_memberships as m
      where m.user_id = (select authz.user_id_or_null()) and m.status = 'active'
    ))
  )
);
create policy all_definer on workos.organizations for all to orgscope_definer
using (true) with check (true);
create policy select_sealer on workos.organizations for select to orgscope_sealer using (true);
create policy select_admin on workos.organizations for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.organizations for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.organizations for select to orgscope_backup using (true);

revoke all on workos.organizations from public;
revoke all on workos.organizations from orgscope_user;
grant select (id, name, created_at)
on workos.organizations to orgscope_user;
grant select, insert, update, delete on workos.organizations to orgscope_definer;
grant select on workos.organizations
to orgscope_sealer, orgscope_admin, orgscope_auditor, orgscope_backup;
