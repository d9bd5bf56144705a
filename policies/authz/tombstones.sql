-- Who may do what with authz.tombstones: the keyed digests of the erased; only the sealer.

call authz.reset_policies('authz.tombstones');

create policy all_sealer on authz.tombstones for all to orgscope_sealer
using (true) with check (true);
create policy all_backup on authz.tombstones for select to orgscope_backup using (true);

revoke all on authz.tombstones from public;
grant select, insert, update, delete on authz.tombstones to orgscope_sealer;
grant select on authz.tombstones to orgscope_backup;
