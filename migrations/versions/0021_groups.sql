-- Create the mirror of groups.

create table workos.groups (
  id text collate "C" not null,
  raw jsonb,
  lossy boolean not null default false,
  source_updated_at timestamptz not null default '-infinity',
  event_id text collate "C" not null default '',
  deleted_at timestamptz,
  first_seen_at timestamptz not null default pg_catalog.now(),
  synced_at timestamptz not null default pg_catalog.now(),
  origin text not null,
  organization_id text collate "C" generated always as (raw ->> 'organization_id') stored,
  name text generated always as (raw ->> 'name') stored,
  description text generated always as (raw ->> 'description') stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint groups_pkey primary key (id),
  constraint groups_origin_check
  check (origin in ('webhook', 'feed', 'api', 'repair', 'stub'))
);
create index groups_organization_id_idx
on workos.groups (organization_id);
comment on table workos.groups
is 'The groups of organizations; those of directories are another thing.';
comment on column workos.groups.id is 'The WorkOS id.';
comment on column workos.groups.raw is 'The object as last seen; null in a stub that a child made.';
comment on column workos.groups.lossy is
'True when raw is not all that was sent: U+FFFD for what jsonb cannot hold, null for an '
'unreadable field.';
comment on column workos.groups.source_updated_at is 'The version: updated_at as WorkOS says.';
comment on column workos.groups.event_id
is 'The last event of the version; empty when only a read brought it.';
comment on column workos.groups.deleted_at is 'When it was deleted; a tombstone is final.';
comment on column workos.groups.first_seen_at is 'When the row was made here.';
comment on column workos.groups.synced_at
is 'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.groups.origin
is 'What brought the version: webhook, feed, api, repair or stub.';
comment on column workos.groups.organization_id is 'The organization.';
comment on column workos.groups.name is 'The name.';
comment on column workos.groups.description is 'What it is for, or null.';
comment on column workos.groups.created_at is 'When WorkOS created it.';
