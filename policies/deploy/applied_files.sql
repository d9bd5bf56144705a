-- Who may do what with deploy.applied_files: written by migrate as the owner; every login may know
--      the version.

call authz.reset_policies('deploy.applied_files');
alter table deploy.applied_files no force row level security;

create policy select_logins on deploy.applied_files for select to
orgscope_migrator, orgscope_api, orgscope_sync, orgscope_keys, orgscope_job, orgscope_admin,
orgscope_auditor, orgscope_monitor, orgscope_backup
using (true);

revoke all on deploy.applied_files from public;
grant select on deploy.applied_files to
orgscope_migrator, orgscope_api, orgscope_sync, orgscope_keys, orgscope_job, orgscope_admin,
orgscope_auditor, orgscope_monitor, orgscope_backup;
