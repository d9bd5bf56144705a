-- Create the mirror of users.

create table workos.users (
  id text collate "C" not null,
  raw jsonb,
  lossy boolean not null default false,
  source_updated_at timestamptz not null default '-infinity',
  event_id text collate "C" not null default '',
  deleted_at timestamptz,
  first_seen_at timestamptz not null default pg_catalog.now(),
  synced_at timestamptz not null default pg_catalog.now(),
  origin text not null,
  email text generated always as (raw ->> 'email') stored,
  email_verified boolean generated always as ((raw ->> 'email_verified')::boolean) stored,
  first_name text generated always as (raw ->> 'first_name') stored,
  last_name text generated always as (raw ->> 'last_name') stored,
  profile_picture_url text generated always as (raw ->> 'profile_picture_url') stored,
  external_id text generated always as (raw ->> 'external_id') stored,
  last_sign_in_at timestamptz generated always as (
    workos.timestamp_v1(raw ->> 'last_sign_in_at')
  ) stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint users_pkey primary key (id),
  constraint users_origin_check
  check (origin in ('webhook', 'feed', 'api', 'stub'))
);
create index users_email_idx
on workos.users (email);
create index users_external_id_idx
on workos.users (external_id);
comment on table workos.users is
'The people of the WorkOS environment.';
comment on column workos.users.id is 'The WorkOS id.';
comment on column workos.users.raw is 'The object as last seen; null in a stub that a child made.';
comment on column workos.users.lossy is
'True when raw has U+FFFD where WorkOS sent what jsonb cannot hold.';
comment on column workos.users.source_updated_at is 'The version: updated_at as WorkOS says.';
comment on column workos.users.event_id is
'The last event of the version; empty when only a read brought it.';
comment on column workos.users.deleted_at is 'When it was deleted; a tombstone is final.';
comment on column workos.users.first_seen_at is 'When the row was made here.';
comment on column workos.users.synced_at is
'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.users.origin is 'What brought the version: webhook, feed, api, or stub.';
comment on column workos.users.email is
'The address; unique among live users only, and it can change.';
comment on column workos.users.email_verified is 'Whether WorkOS verified the address.';
comment on column workos.users.first_name is 'The given name, or null.';
comment on column workos.users.last_name is 'The family name, or null.';
comment on column workos.users.profile_picture_url is 'The picture, or null.';
comment on column workos.users.external_id is 'Your own id, or null.';
comment on column workos.users.last_sign_in_at is
'Stale by design: a sign-in sends no user.updated.';
comment on column workos.users.created_at is 'When WorkOS created it.';
