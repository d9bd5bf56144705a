-- Say who may reach into schema app; the tables' policies say what they see there.
-- Flow: applied before the functions.
-- Runs as: orgscope_owner.
-- Raises: nothing.
-- Why: the definer owns the function that makes profiles from the mirror; the worker, which logs in
--      as sync, runs it again when it failed, and has no grant on a table.
revoke all on schema app from public;
grant usage, create on schema app to orgscope_definer;
grant usage on schema app to
orgscope_user, orgscope_sync, orgscope_admin, orgscope_auditor, orgscope_backup;
