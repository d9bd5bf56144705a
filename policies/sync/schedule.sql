-- Who may do what with sync.schedule: the definer's functions, and readers who gave a reason.

call authz.reset_policies('sync.schedule');

create policy all_definer on sync.schedule for all to orgscope_definer
using (true) with check (true);
create policy select_admin on sync.schedule for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on sync.schedule for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on sync.schedule for select to orgscope_backup using (true);

revoke all on sync.schedule from public;
grant select, update on sync.schedule to orgscope_definer;
grant select on sync.schedule to orgscope_admin, orgscope_auditor, orgscope_backup;
