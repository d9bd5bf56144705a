-- Who may do what with deploy.objects: written and compared by migrate and drift, as the owner.

alter table deploy.objects enable row level security;

drop policy if exists all_backup on deploy.objects;
create policy all_backup on deploy.objects for select to orgscope_backup using (true);

revoke all on deploy.objects from public;
grant select on deploy.objects to orgscope_backup;
