-- Who may do what with library.books: a library reads and edits its own, until one is withdrawn.

call authz.reset_policies('library.books');

create policy select_own_org on library.books for select to orgscope_user
using (org_id = (select authz.org_id_or_null()) and deleted_at is null);
create policy insert_own_org on library.books for insert to orgscope_user
with check (org_id = (select authz.org_id_or_null()) and deleted_at is null);
create policy update_own_org on library.books for update to orgscope_user
using (org_id = (select authz.org_id_or_null()) and deleted_at is null)
with check (org_id = (select authz.org_id_or_null()) and deleted_at is null);
create policy select_definer on library.books for select to orgscope_definer using (true);
create policy update_definer on library.books for update to orgscope_definer
using (true) with check (true);
create policy select_admin on library.books for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on library.books for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on library.books for select to orgscope_backup using (true);

revoke all on library.books from public;
revoke all on library.books from orgscope_user;
grant select on library.books to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_backup;
grant insert (org_id, id, isbn, title, binding, language_code) on library.books to orgscope_user;
grant update (title, binding, language_code) on library.books to orgscope_user;
grant select, update on library.books to orgscope_definer;

alter table library.books alter column org_id set default authz.org_id();
