-- Create the mirror of members of groups.

create table workos.group_members (
  id text collate "C" not null,
  raw jsonb,
  lossy boolean not null default false,
  source_updated_at timestamptz not null default '-infinity',
  event_id text collate "C" not null default '',
  deleted_at timestamptz,
  first_seen_at timestamptz not null default pg_catalog.now(),
  synced_at timestamptz not null default pg_catalog.now(),
  origin text not null,
  group_id text collate "C" generated always as (raw ->> 'group_id') stored,
  organization_membership_id text collate "C" generated always as (
    raw ->> 'organization_membership_id'
  ) stored,
  constraint group_members_pkey primary key (id),
  constraint group_members_origin_check
  check (origin in ('webhook', 'feed', 'api', 'repair', 'stub'))
);
create index group_members_group_id_idx
on workos.group_members (group_id);
create index group_members_organization_membership_id_idx
on workos.group_members (organization_membership_id);
comment on table workos.group_members is 'Which membership is in which group of its organization.';
comment on column workos.group_members.id is 'The group, a colon, and the organization membership.';
comment on column workos.group_members.raw is 'The ids that the event or the list named.';
comment on column workos.group_members.lossy is
'True when raw is not all that was sent: U+FFFD for what jsonb cannot hold, null for an '
'unreadable field.';
comment on column workos.group_members.source_updated_at
is 'Its place in the order: when the event happened, or updated_at of what was read.';
comment on column workos.group_members.event_id
is 'The last event of the version; empty when only a read brought it.';
comment on column workos.group_members.deleted_at
is 'When it was deleted; it may come back under the same key.';
comment on column workos.group_members.first_seen_at is 'When the row was made here.';
comment on column workos.group_members.synced_at
is 'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.group_members.origin
is 'What brought the version: webhook, feed, api, repair or stub.';
comment on column workos.group_members.group_id is 'The group.';
comment on column workos.group_members.organization_membership_id
is 'The member, a membership of its organization.';
