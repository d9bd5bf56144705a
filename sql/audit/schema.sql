-- Say who may reach into schema audit.
-- Flow: applied before the functions.
-- Runs as: orgscope_owner.
-- Raises: nothing.
-- Why: the sealer writes the log of contexts; the others read it with a reason.
revoke all on schema audit from public;
grant usage on schema audit to orgscope_sealer, orgscope_admin, orgscope_auditor, orgscope_backup;
