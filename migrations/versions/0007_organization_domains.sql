-- Create the mirror of organization domains.

create table workos.organization_domains (
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
  domain text generated always as (raw ->> 'domain') stored,
  state text generated always as (raw ->> 'state') stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint organization_domains_pkey primary key (id),
  constraint organization_domains_origin_check
  check (origin in ('webhook', 'feed', 'api', 'stub'))
);
create index organization_domains_organization_id_idx
on workos.organization_domains (organization_id);
comment on table workos.organization_domains is
'The e-mail domains of organizations.';
comment on column workos.organization_domains.id is 'The WorkOS id.';
comment on column workos.organization_domains.raw is
'The object as last seen; null in a stub that a child made.';
comment on column workos.organization_domains.lossy is
'True when raw has U+FFFD where WorkOS sent what jsonb cannot hold.';
comment on column workos.organization_domains.source_updated_at is
'The version: updated_at as WorkOS says.';
comment on column workos.organization_domains.event_id is
'The last event of the version; empty when only a read brought it.';
comment on column workos.organization_domains.deleted_at is
'When it was deleted; a tombstone is final.';
comment on column workos.organization_domains.first_seen_at is 'When the row was made here.';
comment on column workos.organization_domains.synced_at is
'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.organization_domains.origin is
'What brought the version: webhook, feed, api, or stub.';
comment on column workos.organization_domains.organization_id is
'The organization that claims the domain.';
comment on column workos.organization_domains.domain is 'The domain.';
comment on column workos.organization_domains.state is
'failed, legacy_verified, pending, unverified or verified. It grants nothing.';
comment on column workos.organization_domains.created_at is 'When WorkOS created it.';
