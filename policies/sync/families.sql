-- Who may do what with sync.families: the definer's functions, and readers who gave a reason.
-- Whoever registers a family may note a hole in the feed.
-- requires: policies/sync/feeds.sql

call authz.reset_policies('sync.families');

create policy all_definer on sync.families for all to orgscope_definer
using (true) with check (true);
create policy select_admin on sync.families for select to orgscope_admin
using ((select authz.is_privileged('admin')));
create policy select_auditor on sync.families for select to orgscope_auditor
using ((select authz.is_privileged('auditor')));
create policy all_backup on sync.families for select to orgscope_backup using (true);

revoke all on sync.families from public;
grant select, insert, update, delete on sync.families to orgscope_definer;
grant select on sync.families to orgscope_admin, orgscope_auditor, orgscope_backup;
