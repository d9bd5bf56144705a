-- Make booking's trigger of workos.organization_memberships.
-- Flow: fired by sync.upsert_* and by the delete of a parent, for each row.
-- Runs as: as app.tg__sync_profile says.
-- Raises: nothing.
-- Why: profiles follow the mirror in the transaction of the event.
create or replace trigger _500_sync_profile
after insert or update on workos.organization_memberships
for each row
execute function app.tg__sync_profile();

comment on trigger _500_sync_profile on workos.organization_memberships is 'Keep profiles in step with the mirror.';
