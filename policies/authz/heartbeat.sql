-- Who may do what with authz.heartbeat: the age of the mirror; only the sealer.

call authz.reset_policies('authz.heartbeat');

create policy all_sealer on authz.heartbeat for all to orgscope_sealer
using (true) with check (true);
create policy all_backup on authz.heartbeat for select to orgscope_backup using (true);

revoke all on authz.heartbeat from public;
grant select, insert, update, delete on authz.heartbeat to orgscope_sealer;
grant select on authz.heartbeat to orgscope_backup;
