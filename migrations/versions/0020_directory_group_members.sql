-- Create the mirror of members of directory groups.

create table workos.directory_group_members (
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
  directory_group_id text collate "C" generated always as (raw ->> 'directory_group_id') stored,
  directory_user_id text collate "C" generated always as (raw ->> 'directory_user_id') stored,
  constraint directory_group_members_pkey primary key (id),
  constraint directory_group_members_origin_check
  check (origin in ('webhook', 'feed', 'api', 'repair', 'stub'))
);
create index directory_group_members_directory_group_id_idx
on workos.directory_group_members (directory_group_id);
create index directory_group_members_directory_user_id_idx
on workos.directory_group_members (directory_user_id);
comment on table workos.directory_group_members is 'Who is in which group of a directory.';
comment on column workos.directory_group_members.id
is 'The group, a colon, and the directory user.';
comment on column workos.directory_group_members.raw is 'The ids that the event or the list named.';
comment on column workos.directory_group_members.lossy is
'True when raw is not all that was sent: U+FFFD for what jsonb cannot hold, null for an '
'unreadable field.';
comment on column workos.directory_group_members.source_updated_at
is 'Its place in the order: when the event happened, or updated_at of what was read.';
comment on column workos.directory_group_members.event_id
is 'The last event of the version; empty when only a read brought it.';
comment on column workos.directory_group_members.deleted_at
is 'When it was deleted; it may come back under the same key.';
comment on column workos.directory_group_members.first_seen_at is 'When the row was made here.';
comment on column workos.directory_group_members.synced_at
is 'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.directory_group_members.origin
is 'What brought the version: webhook, feed, api, repair or stub.';
comment on column workos.directory_group_members.directory_id is 'The directory.';
comment on column workos.directory_group_members.directory_group_id is 'The group.';
comment on column workos.directory_group_members.directory_user_id
is 'The member, a directory user.';
