-- Who may do what with sync.changes: the definer's functions, and readers who gave a reason.
-- Not in a backup: its places are transactions of this server.

call authz.reset_policies('sync.changes');

create policy all_definer on sync.changes for all to orgscope_definer
using (true) with check (true);
create policy select_admin on sync.changes for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on sync.changes for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));

revoke all on sync.changes from public;
grant select, insert, update, delete on sync.changes to orgscope_definer;
grant select on sync.changes to orgscope_admin, orgscope_auditor;
