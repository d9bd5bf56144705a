-- Make the triggers of workos.directories.
-- Flow: fired by sync.upsert_*; triggers of one table fire in the order of their names.
-- Runs as: as the trigger functions say.
-- Raises: nothing.
-- Why: what follows from a write follows from every write, whoever made it.
create or replace trigger _000_keep_newest
before update of source_updated_at on workos.directories
for each row
execute function sync.tg__keep_newest('directory', 'domain');

create or replace trigger _100_cascade_delete_update
after update on workos.directories
referencing old table as replaced new table as written
for each statement
execute function sync.tg__cascade_delete();

create or replace trigger _100_cascade_delete_insert
after insert on workos.directories
for each row
when (new.deleted_at is not null)
execute function sync.tg__cascade_delete();

create or replace trigger _200_log_created
after insert on workos.directories
referencing new table as added
for each statement
execute function sync.tg__log_created('directory');

create or replace trigger _200_log_updated
after update on workos.directories
referencing old table as replaced new table as written
for each statement
execute function sync.tg__log_updated('directory');

comment on trigger _000_keep_newest on workos.directories
is 'Let an update pass only when it brings a newer version.';
comment on trigger _100_cascade_delete_update on workos.directories
is 'Take the children of deleted objects along.';
comment on trigger _100_cascade_delete_insert on workos.directories
is 'Take children along that came before the tombstone.';
comment on trigger _200_log_created on workos.directories
is 'Say in sync.changes what is new.';
comment on trigger _200_log_updated on workos.directories
is 'Say in sync.changes what changed, and keep what was replaced.';
