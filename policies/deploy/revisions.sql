-- Who may do what with deploy.revisions: written by migrate as the owner; every login may know the
--      version.

alter table deploy.revisions enable row level security;

drop policy if exists select_logins on deploy.revisions;
create policy select_logins on deploy.revisions for select to
orgscope_migrator, orgscope_api, orgscope_sync, orgscope_keys, orgscope_job, orgscope_admin,
orgscope_auditor, orgscope_monitor, orgscope_backup
using (true);

revoke all on deploy.revisions from public;
grant select on deploy.revisions to
orgscope_migrator, orgscope_api, orgscope_sync, orgscope_keys, orgscope_job, orgscope_admin,
orgscope_auditor, orgscope_monitor, orgscope_backup;
