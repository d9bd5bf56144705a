-- Create the mirror of roles.

create table workos.roles (
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
  slug text generated always as (raw ->> 'slug') stored,
  name text generated always as (raw ->> 'name') stored,
  description text generated always as (raw ->> 'description') stored,
  type text generated always as (raw ->> 'type') stored,
  resource_type_slug text generated always as (raw ->> 'resource_type_slug') stored,
  permissions jsonb generated always as (
    case when jsonb_typeof(raw -> 'permissions') = 'array' then raw -> 'permissions' end
  ) stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint roles_pkey primary key (id),
  constraint roles_origin_check
  check (origin in ('webhook', 'feed', 'api', 'repair', 'stub'))
);
create index roles_organization_id_slug_idx
on workos.roles (organization_id, slug);
comment on table workos.roles
is 'The roles of the environment and of organizations, by organization and slug.';
comment on column workos.roles.id is 'The organization, or environment, a colon, and the slug.';
comment on column workos.roles.raw is 'The object as last seen.';
comment on column workos.roles.lossy is
'True when raw is not all that was sent: U+FFFD for what jsonb cannot hold, null for an '
'unreadable field.';
comment on column workos.roles.source_updated_at
is 'Its place in the order: when the event happened, or updated_at of what was read.';
comment on column workos.roles.event_id
is 'The last event of the version; empty when only a read brought it.';
comment on column workos.roles.deleted_at
is 'When it was deleted; it may come back under the same key.';
comment on column workos.roles.first_seen_at is 'When the row was made here.';
comment on column workos.roles.synced_at
is 'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.roles.origin
is 'What brought the version: webhook, feed, api, repair or stub.';
comment on column workos.roles.organization_id
is 'The organization; null for a role of the environment.';
comment on column workos.roles.slug is 'The name in memberships and tokens; it never changes.';
comment on column workos.roles.name
is 'The name for people; events of the environment do not say it.';
comment on column workos.roles.description is 'What it is for, or null.';
comment on column workos.roles.type is 'EnvironmentRole or OrganizationRole; no event says it.';
comment on column workos.roles.resource_type_slug is 'The kind of resource that it is about.';
comment on column workos.roles.permissions
is 'What it grants, as an array of slugs; null where nobody said.';
comment on column workos.roles.created_at is 'When WorkOS created it.';
