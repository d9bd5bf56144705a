-- Who may do what with workos.users: a request sees its own user and the members of its
--      organization.
-- The inner query is filtered by the memberships' own policy: no tombstone, no other organization.

call authz.reset_policies('workos.users');

-- Of a stub only the id is known, and raw is null: elsewhere nobody is reached by it, because all
-- other columns are read from raw.
create policy select_own on workos.users for select to orgscope_user using (
  raw is not null and deleted_at is null
  and (
    id = (select authz.user_id_or_null())
    or id = any(array(
      select m.user_id from workos.organization_memberships as m
      where m.organization_id = (select authz.org_id_or_null())
    ))
  )
);
create policy all_definer on workos.users for all to orgscope_definer
using (true) with check (true);
create policy select_sealer on workos.users for select to orgscope_sealer using (true);
create policy select_admin on workos.users for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on workos.users for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on workos.users for select to orgscope_backup using (true);

revoke all on workos.users from public;
revoke all on workos.users from orgscope_user;
grant select (id, email, email_verified, first_name, last_name, profile_picture_url, created_at)
on workos.users to orgscope_user;
grant select, insert, update, delete on workos.users to orgscope_definer;
grant select on workos.users
to orgscope_sealer, orgscope_admin, orgscope_auditor, orgscope_backup;
