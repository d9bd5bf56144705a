-- Who may do what with sync.inbox: the definer's functions, and readers who gave a reason.

call authz.reset_policies('sync.inbox');

create policy all_definer on sync.inbox for all to orgscope_definer
using (true) with check (true);
create policy select_admin on sync.inbox for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on sync.inbox for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on sync.inbox for select to orgscope_backup using (true);

revoke all on sync.inbox from public;
grant select, insert, update, delete on sync.inbox to orgscope_definer;
grant select on sync.inbox to orgscope_admin, orgscope_auditor, orgscope_backup;
