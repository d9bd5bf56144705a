-- Who may do what with sync.runs: the definer's functions, and readers who gave a reason.

call authz.reset_policies('sync.runs');

create policy all_definer on sync.runs for all to orgscope_definer
using (true) with check (true);
create policy select_admin on sync.runs for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on sync.runs for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on sync.runs for select to orgscope_backup using (true);

revoke all on sync.runs from public;
grant select, insert, update, delete on sync.runs to orgscope_definer;
grant select on sync.runs to orgscope_admin, orgscope_auditor, orgscope_backup;
