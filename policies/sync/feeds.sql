-- Who may do what with sync.feeds: the definer's functions, and readers who gave a reason.

call authz.reset_policies('sync.feeds');

create policy all_definer on sync.feeds for all to orgscope_definer
using (true) with check (true);
create policy select_admin on sync.feeds for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on sync.feeds for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on sync.feeds for select to orgscope_backup using (true);

revoke all on sync.feeds from public;
grant select, insert, update on sync.feeds to orgscope_definer;
grant select on sync.feeds to orgscope_admin, orgscope_auditor, orgscope_backup;
