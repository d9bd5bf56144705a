-- Say who may reach into schema workos; the tables' policies say what they see there.
-- Flow: applied before the functions.
-- Runs as: orgscope_owner.
-- Raises: nothing.
-- Why: the definer applies events, the sealer decides by the mirror, the others read.
revoke all on schema workos from public;
grant usage on schema workos to
orgscope_user, orgscope_definer, orgscope_sealer, orgscope_admin, orgscope_auditor,
orgscope_backup;
