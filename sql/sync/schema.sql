-- Say who may reach into schema sync.
-- Flow: applied before the functions.
-- Runs as: orgscope_owner.
-- Raises: nothing.
-- Why: the sync login executes functions and reads no table; the definer owns those functions. By
--      one of them a job reads the feed of changes.
revoke all on schema sync from public;
grant usage, create on schema sync to orgscope_definer;
grant usage on schema sync to
orgscope_sync, orgscope_job, orgscope_monitor, orgscope_admin, orgscope_auditor, orgscope_backup;
