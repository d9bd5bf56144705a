-- Who may do what with library.loans: a library reads its own, and each reader edits their own.

call authz.reset_policies('library.loans');

create policy select_own_org on library.loans for select to orgscope_user
using (org_id = (select authz.org_id_or_null()));
create policy insert_own on library.loans for insert to orgscope_user
with check (
  org_id = (select authz.org_id_or_null()) and reader_id = (select authz.user_id_or_null())
);
create policy update_own on library.loans for update to orgscope_user
using (org_id = (select authz.org_id_or_null()) and reader_id = (select authz.user_id_or_null()))
with check (
  org_id = (select authz.org_id_or_null()) and reader_id = (select authz.user_id_or_null())
);
create policy delete_own on library.loans for delete to orgscope_user
using (org_id = (select authz.org_id_or_null()) and reader_id = (select authz.user_id_or_null()));
create policy select_definer on library.loans for select to orgscope_definer using (true);
create policy update_definer on library.loans for update to orgscope_definer using (true);
create policy select_admin on library.loans for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on library.loans for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on library.loans for select to orgscope_backup using (true);

revoke all on library.loans from public;
revoke all on library.loans from orgscope_user;
grant select, delete on library.loans to orgscope_user;
grant select, update on library.loans to orgscope_definer;
grant select on library.loans to orgscope_admin, orgscope_auditor, orgscope_backup;
grant insert (org_id, id, book_id, reader_id) on library.loans to orgscope_user;
grant update (returned_at) on library.loans to orgscope_user;

alter table library.loans alter column org_id set default authz.org_id();
alter table library.loans alter column reader_id set default authz.user_id();
