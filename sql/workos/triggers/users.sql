-- Make the triggers of workos.users.
-- Flow: fired by sync.upsert_*; triggers of one table fire in the order of their names.
-- Runs as: as the trigger functions say.
-- Raises: nothing.
-- Why: what follows from a write follows from every write, whoever made it.
create or replace trigger _100_cascade_delete_update
after update on workos.users
for each row
when (new.deleted_at is not null and old.deleted_at is null)
execute function sync.tg__cascade_delete();

create or replace trigger _100_cascade_delete_insert
after insert on workos.users
for each row
when (new.deleted_at is not null)
execute function sync.tg__cascade_delete();

create or replace trigger _200_queue_tie
after update on workos.users
for each row
when (new.source_updated_at = old.source_updated_at and new.deleted_at is null)
execute function sync.tg__queue_tie();

comment on trigger _100_cascade_delete_update on workos.users
is 'Take the children of a deleted object along.';
comment on trigger _100_cascade_delete_insert on workos.users
is 'Take children along that came before the tombstone.';
comment on trigger _200_queue_tie on workos.users
is 'Ask for an object to be read again when two versions had the same time.';
