-- Say who may reach into schema deploy.
-- Flow: applied before the functions.
-- Runs as: orgscope_owner.
-- Raises: nothing.
-- Why: every login compares the deployed version with the one its code needs.
revoke all on schema deploy from public;
grant usage on schema deploy to
orgscope_migrator, orgscope_api, orgscope_sync, orgscope_keys, orgscope_job, orgscope_admin,
orgscope_auditor, orgscope_monitor, orgscope_backup;
