-- Who may do what with authz.verified_tokens: tokens that verified; only the sealer. Not in a
--      backup: the table is unlogged.

call authz.reset_policies('authz.verified_tokens');

create policy all_sealer on authz.verified_tokens for all to orgscope_sealer
using (true) with check (true);

revoke all on authz.verified_tokens from public;
grant select, insert, update, delete on authz.verified_tokens to orgscope_sealer;
