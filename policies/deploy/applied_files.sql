-- Who may do what with deploy.applied_files: written by migrate as the owner; every login may know
--      the version.

alter table deploy.applied_files enable row level security;

drop policy if exists select_logins on deploy.applied_files;
create policy select_logins on deploy.applied_files for select to
orgscope_migrator, orgscope_api, orgscope_sync, orgscope_keys, orgscope_job, orgscope_admin,
orgscope_auditor, orgscope_monitor, orgscope_backup
using (true);

revoke all on deploy.applied_files from public;
grant select on deploy.applied_files to
orgscope_migrator, orgscope_api, orgscope_sync, orgscope_keys, orgscope_job, orgscope_admin,
orgscope_auditor, orgscope_monitor, orgscope_backup;
