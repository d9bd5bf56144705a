-- Create the mirror of directory groups.

create table workos.directory_groups (
  id text collate "C" not null,
  raw jsonb,
  lossy boolean not null default false,
  source_updated_at timestamptz not null default '-infinity',
  event_id text collate "C" not null default '',
  deleted_at timestamptz,
  first_seen_at timestamptz not null default pg_catalog.now(),
  synced_at timestamptz not null default pg_catalog.now(),
  origin text not null,
  directory_id text collate "C" generated always as (raw ->> 'directory_id') stored,
  organization_id text collate "C" generated always as (raw ->> 'organization_id') stored,
  idp_id text generated always as (raw ->> 'idp_id') stored,
  name text generated always as (raw ->> 'name') stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint directory_groups_pkey primary key (id),
  constraint directory_groups_origin_check
  check (origin in ('webhook', 'feed', 'api', 'repair', 'stub'))
);
create index directory_groups_directory_id_idx
on workos.directory_groups (directory_id);
create index directory_groups_organization_id_idx
on workos.directory_groups (organization_id);
comment on table workos.directory_groups is 'The groups of directories.';
comment on column workos.directory_groups.id is 'The WorkOS id.';
comment on column workos.directory_groups.raw
is 'The object as last seen; null in a stub that a child made.';
comment on column workos.directory_groups.lossy is
'True when raw is not all that was sent: U+FFFD for what jsonb cannot hold, null for an '
'unreadable field.';
comment on column workos.directory_groups.source_updated_at
is 'The version: updated_at as WorkOS says.';
comment on column workos.directory_groups.event_id
is 'The last event of the version; empty when only a read brought it.';
comment on column workos.directory_groups.deleted_at
is 'When it was deleted; a tombstone is final.';
comment on column workos.directory_groups.first_seen_at is 'When the row was made here.';
comment on column workos.directory_groups.synced_at
is 'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.directory_groups.origin
is 'What brought the version: webhook, feed, api, repair or stub.';
comment on column workos.directory_groups.directory_id is 'The directory.';
comment on column workos.directory_groups.organization_id is 'The organization of the directory.';
comment on column workos.directory_groups.idp_id is 'The id that the provider gave.';
comment on column workos.directory_groups.name is 'The name.';
comment on column workos.directory_groups.created_at is 'When WorkOS created it.';
