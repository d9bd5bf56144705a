-- Who may do what with sync.api_keys: the definer's functions, and readers who gave a reason.

call authz.reset_policies('sync.api_keys');

create policy all_definer on sync.api_keys for all to orgscope_definer
using (true) with check (true);
create policy select_admin on sync.api_keys for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on sync.api_keys for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on sync.api_keys for select to orgscope_backup using (true);

revoke all on sync.api_keys from public;
grant select, insert on sync.api_keys to orgscope_definer;
grant select on sync.api_keys to orgscope_admin, orgscope_auditor, orgscope_backup;
