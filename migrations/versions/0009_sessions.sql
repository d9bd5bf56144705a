-- Create the mirror of sessions.

create table workos.sessions (
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
  auth_method text generated always as (raw ->> 'auth_method') stored,
  expires_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'expires_at')) stored,
  ended_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'ended_at')) stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint sessions_pkey primary key (id),
  constraint sessions_origin_check
  check (origin in ('webhook', 'feed', 'api', 'stub'))
);
create index sessions_user_id_idx
on workos.sessions (user_id);
create index sessions_organization_id_idx
on workos.sessions (organization_id);
comment on table workos.sessions is
'Sessions: the deny list that authz.begin reads.';
comment on column workos.sessions.id is 'The WorkOS id.';
comment on column workos.sessions.raw is
'The object as last seen; null in a stub that a child made.';
comment on column workos.sessions.lossy is
'True when raw has U+FFFD where WorkOS sent what jsonb cannot hold.';
comment on column workos.sessions.source_updated_at is 'The version: updated_at as WorkOS says.';
comment on column workos.sessions.event_id is
'The last event of the version; empty when only a read brought it.';
comment on column workos.sessions.deleted_at is 'When it was deleted; a tombstone is final.';
comment on column workos.sessions.first_seen_at is 'When the row was made here.';
comment on column workos.sessions.synced_at is
'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.sessions.origin is
'What brought the version: webhook, feed, api, or stub.';
comment on column workos.sessions.user_id is 'The person.';
comment on column workos.sessions.organization_id is 'The organization it was opened for, or null.';
comment on column workos.sessions.status is
'active, expired or revoked; anything but active is refused.';
comment on column workos.sessions.auth_method is 'How the person signed in.';
comment on column workos.sessions.expires_at is 'When it ends by itself; no event says so.';
comment on column workos.sessions.ended_at is 'When it ended, or null.';
comment on column workos.sessions.created_at is 'When WorkOS created it.';
