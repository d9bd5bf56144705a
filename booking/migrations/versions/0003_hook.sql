-- Drop the hook's trigger function under its old name, with the triggers that used it.
-- breaking: no

-- The files of the triggers make them again in this transaction.
drop trigger if exists _500_sync_profile on workos.organization_memberships;
drop trigger if exists _500_sync_profile on workos.users;
-- squawk-ignore ban-drop-function
drop function if exists app.tg_mirror__sync_profile();
