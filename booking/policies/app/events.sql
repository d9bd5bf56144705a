-- Who may do what with app.events: a practice reads its own, and each member edits their own.

call authz.reset_policies('app.events');

create policy select_own_org on app.events for select to orgscope_user
using (org_id = (select authz.org_id_or_null()));
create policy insert_own on app.events for insert to orgscope_user
with check (
  org_id = (select authz.org_id_or_null()) and owner_id = (select authz.user_id_or_null())
);
create policy update_own on app.events for update to orgscope_user
using (org_id = (select authz.org_id_or_null()) and owner_id = (select authz.user_id_or_null()))
with check (
  org_id = (select authz.org_id_or_null()) and owner_id = (select authz.user_id_or_null())
);
create policy delete_own on app.events for delete to orgscope_user
using (org_id = (select authz.org_id_or_null()) and owner_id = (select authz.user_id_or_null()));
create policy select_admin on app.events for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on app.events for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on app.events for select to orgscope_backup using (true);

revoke all on app.events from public;
revoke all on app.events from orgscope_user;
grant select, delete on app.events to orgscope_user;
grant insert (org_id, id, owner_id, title, duration_minutes) on app.events to orgscope_user;
grant update (title, duration_minutes) on app.events to orgscope_user;
grant select on app.events to orgscope_admin, orgscope_auditor, orgscope_backup;

alter table app.events alter column org_id set default authz.org_id();
alter table app.events alter column owner_id set default authz.user_id();
