-- Who may do what with library.fines: a library fines its readers, who see their own.

call authz.reset_policies('library.fines');

create policy select_own on library.fines for select to orgscope_user
using (org_id = (select authz.org_id_or_null()) and reader_id = (select authz.user_id_or_null()));
create policy insert_own_org on library.fines for insert to orgscope_user
with check (org_id = (select authz.org_id_or_null()));
create policy select_definer on library.fines for select to orgscope_definer using (true);
create policy select_admin on library.fines for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on library.fines for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on library.fines for select to orgscope_backup using (true);

revoke all on library.fines from public;
revoke all on library.fines from orgscope_user;
grant select on library.fines to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_backup;
grant select on library.fines to orgscope_definer;
grant insert (org_id, id, loan_id, reader_id, amount) on library.fines to orgscope_user;

alter table library.fines alter column org_id set default authz.org_id();
