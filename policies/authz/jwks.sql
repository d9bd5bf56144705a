-- Who may do what with authz.jwks: the signing keys; only the sealer, through put_keys.

call authz.reset_policies('authz.jwks');

create policy all_sealer on authz.jwks for all to orgscope_sealer using (true) with check (true);
create policy all_backup on authz.jwks for select to orgscope_backup using (true);

revoke all on authz.jwks from public;
grant select, insert, update, delete on authz.jwks to orgscope_sealer;
grant select on authz.jwks to orgscope_backup;
