-- Create the mirror of connections.

create table workos.connections (
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
  connection_type text generated always as (raw ->> 'connection_type') stored,
  name text generated always as (raw ->> 'name') stored,
  state text generated always as (raw ->> 'state') stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint connections_pkey primary key (id),
  constraint connections_origin_check
  check (origin in ('webhook', 'feed', 'api', 'repair', 'stub'))
);
create index connections_organization_id_idx
on workos.connections (organization_id);
comment on table workos.connections is 'The SSO connections of organizations.';
comment on column workos.connections.id is 'The WorkOS id.';
comment on column workos.connections.raw
is 'The object as last seen; null in a stub that a child made.';
comment on column workos.connections.lossy is
'True when raw is not all that was sent: U+FFFD for what jsonb cannot hold, null for an '
'unreadable field.';
comment on column workos.connections.source_updated_at is 'The version: updated_at as WorkOS says.';
comment on column workos.connections.event_id
is 'The last event of the version; empty when only a read brought it.';
comment on column workos.connections.deleted_at is 'When it was deleted; a tombstone is final.';
comment on column workos.connections.first_seen_at is 'When the row was made here.';
comment on column workos.connections.synced_at
is 'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.connections.origin
is 'What brought the version: webhook, feed, api, repair or stub.';
comment on column workos.connections.organization_id is 'The organization, or null.';
comment on column workos.connections.connection_type is 'The provider, such as OktaSAML.';
comment on column workos.connections.name is 'The name.';
comment on column workos.connections.state
is 'active, inactive, draft, validating, deleting or requires_type.';
comment on column workos.connections.created_at is 'When WorkOS created it.';
