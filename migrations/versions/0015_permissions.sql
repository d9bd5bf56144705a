-- Create the mirror of permissions.

create table workos.permissions (
  id text collate "C" not null,
  raw jsonb,
  lossy boolean not null default false,
  source_updated_at timestamptz not null default '-infinity',
  event_id text collate "C" not null default '',
  deleted_at timestamptz,
  first_seen_at timestamptz not null default pg_catalog.now(),
  synced_at timestamptz not null default pg_catalog.now(),
  origin text not null,
  slug text generated always as (raw ->> 'slug') stored,
  name text generated always as (raw ->> 'name') stored,
  description text generated always as (raw ->> 'description') stored,
  system boolean generated always as ((raw ->> 'system')::boolean) stored,
  resource_type_slug text generated always as (raw ->> 'resource_type_slug') stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint permissions_pkey primary key (id),
  constraint permissions_origin_check
  check (origin in ('webhook', 'feed', 'api', 'repair', 'stub'))
);
create index permissions_slug_idx
on workos.permissions (slug);
comment on table workos.permissions
is 'The permissions of the environment; roles name them by slug.';
comment on column workos.permissions.id is 'The WorkOS id.';
comment on column workos.permissions.raw
is 'The object as last seen; null in a stub that a child made.';
comment on column workos.permissions.lossy is
'True when raw is not all that was sent: U+FFFD for what jsonb cannot hold, null for an '
'unreadable field.';
comment on column workos.permissions.source_updated_at is 'The version: updated_at as WorkOS says.';
comment on column workos.permissions.event_id
is 'The last event of the version; empty when only a read brought it.';
comment on column workos.permissions.deleted_at is 'When it was deleted; a tombstone is final.';
comment on column workos.permissions.first_seen_at is 'When the row was made here.';
comment on column workos.permissions.synced_at
is 'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.permissions.origin
is 'What brought the version: webhook, feed, api, repair or stub.';
comment on column workos.permissions.slug is 'The name in roles and tokens.';
comment on column workos.permissions.name is 'The name for people.';
comment on column workos.permissions.description is 'What it is for, or null.';
comment on column workos.permissions.system is 'Whether WorkOS made it.';
comment on column workos.permissions.resource_type_slug is 'The kind of resource that it is about.';
comment on column workos.permissions.created_at is 'When WorkOS created it.';
