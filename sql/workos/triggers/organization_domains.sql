-- Make the triggers of workos.organization_domains.
-- Flow: fired by sync.upsert_*; triggers of one table fire in the order of their names.
-- Runs as: as the trigger functions say.
-- Raises: nothing.
-- Why: what follows from a write follows from every write, whoever made it.
create or replace trigger _000_keep_newest
before update of source_updated_at on workos.organization_domains
for each row
execute function sync.tg__keep_newest(
  'organization_domain', 'verification_prefix', 'verification_token'
);

create or replace trigger _100_cascade_delete_update
after update on workos.organization_domains
referencing old table as replaced new table as written
for each statement
execute function sync.tg__cascade_delete();

create or replace trigger _100_cascade_delete_insert
after insert on workos.organization_domains
for each row
when (new.deleted_at is not null)
execute function sync.tg__cascade_delete();

create or replace trigger _200_log_created
after insert on workos.organization_domains
referencing new table as added
for each statement
execute function sync.tg__log_created('organization_domain');

create or replace trigger _200_log_updated
after update on workos.organization_domains
referencing old table as replaced new table as written
for each statement
execute function sync.tg__log_updated('organization_domain');

comment on trigger _000_keep_newest on workos.organization_domains
is 'Let an update pass only when it brings a newer version.';
comment on trigger _100_cascade_delete_update on workos.organization_domains
is 'Take the children of deleted objects along.';
comment on trigger _100_cascade_delete_insert on workos.organization_domains
is 'Take children along that came before the tombstone.';
comment on trigger _200_log_created on workos.organization_domains
is 'Say in sync.changes what is new.';
comment on trigger _200_log_updated on workos.organization_domains
is 'Say in sync.changes what changed, and keep what was replaced.';
