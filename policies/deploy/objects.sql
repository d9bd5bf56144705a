-- Who may do what with deploy.objects: written and compared by migrate and drift, as the owner.

call authz.reset_policies('deploy.objects');
alter table deploy.objects no force row level security;

create policy all_backup on deploy.objects for select to orgscope_backup using (true);

revoke all on deploy.objects from public;
grant select on deploy.objects to orgscope_backup;
