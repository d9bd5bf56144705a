-- Who may do what with authz.tombstone_key: the key of the tombstones; only the sealer, and the
--      backup, without which they are lost.

call authz.reset_policies('authz.tombstone_key');

create policy all_sealer on authz.tombstone_key for all to orgscope_sealer
using (true) with check (true);
create policy all_backup on authz.tombstone_key for select to orgscope_backup using (true);

revoke all on authz.tombstone_key from public;
grant select, insert, update, delete on authz.tombstone_key to orgscope_sealer;
grant select on authz.tombstone_key to orgscope_backup;
