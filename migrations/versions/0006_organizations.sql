-- Create the mirror of organizations.

create table workos.organizations (
  id text collate "C" not null,
  raw jsonb,
  lossy boolean not null default false,
  source_updated_at timestamptz not null default '-infinity',
  event_id text collate "C" not null default '',
  deleted_at timestamptz,
  first_seen_at timestamptz not null default pg_catalog.now(),
  synced_at timestamptz not null default pg_catalog.now(),
  origin text not null,
  name text generated always as (raw ->> 'name') stored,
  external_id text generated always as (raw ->> 'external_id') stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint organizations_pkey primary key (id),
  constraint organizations_origin_check
  check (origin in ('webhook', 'feed', 'api', 'stub'))
);
create index organizations_external_id_idx
on workos.organizations (external_id);
comment on table workos.organizations is
'The organizations of the WorkOS environment: the tenants.';
comment on column workos.organizations.id is 'The WorkOS id.';
comment on column workos.organizations.raw is
'The object as last seen; null in a stub that a child made.';
comment on column workos.organizations.lossy is
'True when raw has U+FFFD where WorkOS sent what jsonb cannot hold.';
comment on column workos.organizations.source_updated_at is
'The version: updated_at as WorkOS says.';
comment on column workos.organizations.event_id is
'The last event of the version; empty when only a read brought it.';
comment on column workos.organizations.deleted_at is 'When it was deleted; a tombstone is final.';
comment on column workos.organizations.first_seen_at is 'When the row was made here.';
comment on column workos.organizations.synced_at is
'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.organizations.origin is
'What brought the version: webhook, feed, api, or stub.';
comment on column workos.organizations.name is 'The name; not unique.';
comment on column workos.organizations.external_id is 'Your own id, or null.';
comment on column workos.organizations.created_at is 'When WorkOS created it.';
