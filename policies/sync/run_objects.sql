-- Who may do what with sync.run_objects: the definer's functions, and readers who gave a reason.

call authz.reset_policies('sync.run_objects');

create policy all_definer on sync.run_objects for all to orgscope_definer
using (true) with check (true);
create policy select_admin on sync.run_objects for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on sync.run_objects for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on sync.run_objects for select to orgscope_backup using (true);

revoke all on sync.run_objects from public;
grant select, insert, delete on sync.run_objects to orgscope_definer;
grant select on sync.run_objects to orgscope_admin, orgscope_auditor, orgscope_backup;
