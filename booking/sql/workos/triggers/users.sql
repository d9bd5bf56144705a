-- Make booking's trigger of workos.users.
-- Flow: fired by sync.upsert_* and by the delete of a parent, for each row.
-- Runs as: as app.tg__sync_profile says.
-- Raises: nothing.
-- Why: profiles follow the mirror in the transaction of the event.
create or replace trigger _500_sync_profile
after insert or update on workos.users
for each row
execute function app.tg__sync_profile();

comment on trigger _500_sync_profile on workos.users is 'Keep profiles in step with the mirror.';
