-- Who may do what with workos.organization_domains: a request sees the domains of its organization.

call authz.reset_policies('workos.organization_domains');

create policy select_own on workos.organization_domains for select to orgscope_user
using (deleted_at is null and organization_id = (select authz.org_id_or_null()));
create policy all_definer on workos.organization_domains for all to orgscope_definer
using (true) with check (true);
create policy select_admin on workos.organization_domains for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.organization_domains for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.organization_domains for select to orgscope_backup using (true);

revoke all on workos.organization_domains from public;
revoke all on workos.organization_domains from orgscope_user;
grant select (id, organization_id, domain, state, created_at)
on workos.organization_domains to orgscope_user;
grant select, insert, update, delete on workos.organization_domains to orgscope_definer;
grant select on workos.organization_domains
to orgscope_admin, orgscope_auditor, orgscope_backup;
