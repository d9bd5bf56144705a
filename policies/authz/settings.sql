-- Who may do what with authz.settings: the verifier's settings; only the sealer, through
--      put_settings.

call authz.reset_policies('authz.settings');

create policy all_sealer on authz.settings for all to orgscope_sealer
using (true) with check (true);
create policy all_backup on authz.settings for select to orgscope_backup using (true);

revoke all on authz.settings from public;
grant select, insert, update, delete on authz.settings to orgscope_sealer;
grant select on authz.settings to orgscope_backup;
