-- Say who may reach into schema authz; what they may do there stands with each function and table.
-- Flow: applied before the functions.
-- Runs as: orgscope_owner.
-- Raises: nothing.
-- Why: the sealer creates its own functions here, so that no other role can replace them.
revoke all on schema authz from public;
grant usage, create on schema authz to orgscope_sealer;
grant usage on schema authz to
orgscope_user, orgscope_definer, orgscope_api, orgscope_sync, orgscope_keys, orgscope_job,
orgscope_admin, orgscope_auditor, orgscope_monitor, orgscope_backup;
