-- Keep what the mirror no longer has, and say what changed in it.
-- breaking: no

create table sync.history (
  position bigint generated always as identity,
  family text not null,
  object_id text collate "C" not null,
  source_updated_at timestamptz not null,
  event_id text collate "C" not null,
  deleted_at timestamptz,
  raw jsonb not null,
  lossy boolean not null,
  origin text not null,
  kept_at timestamptz not null default pg_catalog.now(),
  constraint history_pkey primary key (family, object_id, source_updated_at, position)
);
comment on table sync.history is
'Versions of objects that the mirror had, or that came too late; the present ones are in workos.';
comment on column sync.history.position is 'The order in which they were kept.';
comment on column sync.history.family is 'The family, such as user.';
comment on column sync.history.object_id is 'The id of the object.';
comment on column sync.history.source_updated_at is 'The version: since when it was so.';
comment on column sync.history.event_id is 'The event that brought it; empty for a read.';
comment on column sync.history.deleted_at is 'When this version was deleted, if it was.';
comment on column sync.history.raw is 'The object as it was.';
comment on column sync.history.lossy is 'True when raw is not all that WorkOS sent.';
comment on column sync.history.origin is 'What brought it: webhook, feed, api or repair.';
comment on column sync.history.kept_at is 'When it was replaced, or came too late.';

create table sync.changes (
  transaction xid8 not null default pg_catalog.pg_current_xact_id(),
  position bigint generated always as identity,
  family text not null,
  object_id text collate "C" not null,
  organization_id text collate "C",
  kind text not null,
  event_id text collate "C" not null,
  changed_at timestamptz not null default pg_catalog.now(),
  constraint changes_pkey primary key (transaction, position),
  constraint changes_kind_check check (kind in ('created', 'updated', 'deleted', 'restored'))
);
create index changes_changed_at_idx on sync.changes using brin (changed_at);
comment on table sync.changes is
'What changed in the mirror, for consumers: read it by sync.read_changes only.';
comment on column sync.changes.transaction is
'The transaction; rows are shown once every earlier transaction has ended.';
comment on column sync.changes.position is 'The order within the transaction.';
comment on column sync.changes.family is 'The family, such as organization_membership.';
comment on column sync.changes.object_id is 'The id of the object that changed.';
comment on column sync.changes.organization_id is 'The organization of the object, or null.';
comment on column sync.changes.kind is 'created, updated, deleted or restored.';
comment on column sync.changes.event_id is 'The event that changed it; empty for a read.';
comment on column sync.changes.changed_at is 'When the transaction began.';
