-- Create the mirror of directories.

create table workos.directories (
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
  type text generated always as (raw ->> 'type') stored,
  state text generated always as (raw ->> 'state') stored,
  name text generated always as (raw ->> 'name') stored,
  domain text generated always as (raw ->> 'domain') stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint directories_pkey primary key (id),
  constraint directories_origin_check
  check (origin in ('webhook', 'feed', 'api', 'repair', 'stub'))
);
create index directories_organization_id_idx
on workos.directories (organization_id);
comment on table workos.directories
is 'The directories of organizations, from which people and groups are provisioned.';
comment on column workos.directories.id is 'The WorkOS id.';
comment on column workos.directories.raw
is 'The object as last seen, without the counts of metadata; null in a stub that a child made.';
comment on column workos.directories.lossy is
'True when raw is not all that was sent: U+FFFD for what jsonb cannot hold, null for an '
'unreadable field.';
comment on column workos.directories.source_updated_at is 'The version: updated_at as WorkOS says.';
comment on column workos.directories.event_id
is 'The last event of the version; empty when only a read brought it.';
comment on column workos.directories.deleted_at is 'When it was deleted; a tombstone is final.';
comment on column workos.directories.first_seen_at is 'When the row was made here.';
comment on column workos.directories.synced_at
is 'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.directories.origin
is 'What brought the version: webhook, feed, api, repair or stub.';
comment on column workos.directories.organization_id is 'The organization, or null.';
comment on column workos.directories.type is 'The provider, such as okta scim v2.0.';
comment on column workos.directories.state is
'active, inactive, validating, invalid_credentials or deleting, as events say; the API says '
'linked and unlinked for the first two.';
comment on column workos.directories.name is 'The name.';
comment on column workos.directories.domain is 'The domain; no event says it.';
comment on column workos.directories.created_at is 'When WorkOS created it.';
