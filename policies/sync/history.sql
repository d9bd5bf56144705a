-- Who may do what with sync.history: the definer's functions, and readers who gave a reason.

call authz.reset_policies('sync.history');

create policy all_definer on sync.history for all to orgscope_definer
using (true) with check (true);
create policy select_admin on sync.history for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on sync.history for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on sync.history for select to orgscope_backup using (true);

revoke all on sync.history from public;
grant select, insert, update, delete on sync.history to orgscope_definer;
grant select on sync.history to orgscope_admin, orgscope_auditor, orgscope_backup;
