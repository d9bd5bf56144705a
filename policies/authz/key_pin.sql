-- Who may do what with authz.key_pin: whether keys are pinned; only the sealer.

call authz.reset_policies('authz.key_pin');

create policy all_sealer on authz.key_pin for all to orgscope_sealer using (true) with check (true);
create policy all_backup on authz.key_pin for select to orgscope_backup using (true);

revoke all on authz.key_pin from public;
grant select, insert, update, delete on authz.key_pin to orgscope_sealer;
grant select on authz.key_pin to orgscope_backup;
