-- Create the mirror of organization memberships.

create table workos.organization_memberships (
  id text collate "C" not null,
  raw jsonb,
  lossy boolean not null default false,
  source_updated_at timestamptz not null default '-infinity',
  event_id text collate "C" not null default '',
  deleted_at timestamptz,
  first_seen_at timestamptz not null default pg_catalog.now(),
  synced_at timestamptz not null default pg_catalog.now(),
  origin text not null,
  user_id text collate "C" generated always as (raw ->> 'user_id') stored,
  organization_id text collate "C" generated always as (raw ->> 'organization_id') stored,
  status text generated always as (raw ->> 'status') stored,
  role_slug text generated always as (raw #>> '{role,slug}') stored,
  role_slugs jsonb generated always as (
    case when raw ? 'roles' then jsonb_path_query_array(raw, '$.roles[*].slug')
    else jsonb_path_query_array(raw, '$.role.slug') end
  ) stored,
  directory_managed boolean generated always as ((raw ->> 'directory_managed')::boolean) stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint organization_memberships_pkey primary key (id),
  constraint organization_memberships_origin_check
  check (origin in ('webhook', 'feed', 'api', 'stub'))
);
create index organization_memberships_user_id_organization_id_idx
on workos.organization_memberships (user_id, organization_id);
create index organization_memberships_organization_id_idx
on workos.organization_memberships (organization_id);
comment on table workos.organization_memberships is
'Who belongs where. No unique (user, organization): a re-add may come first.';
comment on column workos.organization_memberships.id is 'The WorkOS id.';
comment on column workos.organization_memberships.raw is
'The object as last seen; null in a stub that a child made.';
comment on column workos.organization_memberships.lossy is
'True when raw has U+FFFD where WorkOS sent what jsonb cannot hold.';
comment on column workos.organization_memberships.source_updated_at is
'The version: updated_at as WorkOS says.';
comment on column workos.organization_memberships.event_id is
'The last event of the version; empty when only a read brought it.';
comment on column workos.organization_memberships.deleted_at is
'When it was deleted; a tombstone is final.';
comment on column workos.organization_memberships.first_seen_at is 'When the row was made here.';
comment on column workos.organization_memberships.synced_at is
'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.organization_memberships.origin is
'What brought the version: webhook, feed, api, or stub.';
comment on column workos.organization_memberships.user_id is 'The member.';
comment on column workos.organization_memberships.organization_id is 'The organization.';
comment on column workos.organization_memberships.status is
'active, inactive or pending; only active grants.';
comment on column workos.organization_memberships.role_slug is 'The role of highest priority.';
comment on column workos.organization_memberships.role_slugs is 'All roles, as an array of slugs.';
comment on column workos.organization_memberships.directory_managed is
'Whether a directory owns it.';
comment on column workos.organization_memberships.created_at is 'When WorkOS created it.';
