-- Say who may reach into schema library; the tables' policies say what they see there.
-- Flow: applied before the functions.
-- Runs as: orgscope_owner.
-- Raises: nothing.
-- Why: the definer owns the function that withdraws a book and the view that counts.
revoke all on schema library from public;
grant usage, create on schema library to orgscope_definer;
grant usage on schema library to
orgscope_user, orgscope_admin, orgscope_auditor, orgscope_monitor, orgscope_backup;
