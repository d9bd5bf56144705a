-- Who may do what with library.wishes: each person has their own, in every library.

call authz.reset_policies('library.wishes');

create policy select_own on library.wishes for select to orgscope_user
using (user_id = (select authz.user_id_or_null()));
create policy insert_own on library.wishes for insert to orgscope_user
with check (user_id = (select authz.user_id_or_null()));
create policy update_own on library.wishes for update to orgscope_user
using (user_id = (select authz.user_id_or_null()))
with check (user_id = (select authz.user_id_or_null()));
create policy delete_own on library.wishes for delete to orgscope_user
using (user_id = (select authz.user_id_or_null()));
create policy all_backup on library.wishes for select to orgscope_backup using (true);

revoke all on library.wishes from public;
revoke all on library.wishes from orgscope_user;
grant select, delete on library.wishes to orgscope_user;
grant insert (user_id, id, isbn, note), update (isbn, note) on library.wishes to orgscope_user;
grant select on library.wishes to orgscope_backup;

alter table library.wishes alter column user_id set default authz.user_id();
