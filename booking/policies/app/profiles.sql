-- Who may do what with app.profiles: colleagues read, everybody edits what is their own.

call authz.reset_policies('app.profiles');

create policy select_own_org on app.profiles for select to orgscope_user
using (org_id = (select authz.org_id_or_null()));
create policy update_own on app.profiles for update to orgscope_user
using (org_id = (select authz.org_id_or_null()) and user_id = (select authz.user_id_or_null()))
with check (
  org_id = (select authz.org_id_or_null()) and user_id = (select authz.user_id_or_null())
);
create policy all_definer on app.profiles for all to orgscope_definer
using (true) with check (true);
create policy select_admin on app.profiles for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on app.profiles for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on app.profiles for select to orgscope_backup using (true);

revoke all on app.profiles from public;
revoke all on app.profiles from orgscope_user;
grant select on app.profiles to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_backup;
grant update (title, phone, timezone, about, updated_at) on app.profiles to orgscope_user;
grant select, insert, update on app.profiles to orgscope_definer;

alter table app.profiles alter column org_id set default authz.org_id();
