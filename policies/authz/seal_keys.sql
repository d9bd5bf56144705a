-- Who may do what with authz.seal_keys: the keys that seal a context; only the sealer, and never a
--      backup: a reader could forge.

call authz.reset_policies('authz.seal_keys');

create policy all_sealer on authz.seal_keys for all to orgscope_sealer
using (true) with check (true);

revoke all on authz.seal_keys from public;
grant select, insert, update, delete on authz.seal_keys to orgscope_sealer;
