-- Who may do what with deploy.revisions: written by migrate as the owner; every login may know the
--      version.

call authz.reset_policies('deploy.revisions');
alter table deploy.revisions no force row level security;

create policy select_logins on deploy.revisions for select to
orgscope_migrator, orgscope_api, orgscope_sync, orgscope_keys, orgscope_job, orgscope_admin,
orgscope_auditor, orgscope_monitor, orgscope_backup
using (true);

revoke all on deploy.revisions from public;
grant select on deploy.revisions to
orgscope_migrator, orgscope_api, orgscope_sync, orgscope_keys, orgscope_job, orgscope_admin,
orgscope_auditor, orgscope_monitor, orgscope_backup;
