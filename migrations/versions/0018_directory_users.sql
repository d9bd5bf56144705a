-- Create the mirror of directory users.

create table workos.directory_users (
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
  organization_id text collate "C" generated always as (raw ->> 'organization_id') stored,
  idp_id text generated always as (raw ->> 'idp_id') stored,
  email text generated always as (raw ->> 'email') stored,
  first_name text generated always as (raw ->> 'first_name') stored,
  last_name text generated always as (raw ->> 'last_name') stored,
  username text generated always as (raw ->> 'username') stored,
  job_title text generated always as (raw ->> 'job_title') stored,
  state text generated always as (raw ->> 'state') stored,
  role_slug text generated always as (raw #>> '{role,slug}') stored,
  created_at timestamptz generated always as (workos.timestamp_v1(raw ->> 'created_at')) stored,
  constraint directory_users_pkey primary key (id),
  constraint directory_users_origin_check
  check (origin in ('webhook', 'feed', 'api', 'repair', 'stub'))
);
create index directory_users_directory_id_idx
on workos.directory_users (directory_id);
create index directory_users_organization_id_idx
on workos.directory_users (organization_id);
comment on table workos.directory_users
is 'The people of directories; each is another object than the user who signs in.';
comment on column workos.directory_users.id is 'The WorkOS id.';
comment on column workos.directory_users.raw
is 'The object as last seen; null in a stub that a child made.';
comment on column workos.directory_users.lossy is
'True when raw is not all that was sent: U+FFFD for what jsonb cannot hold, null for an '
'unreadable field.';
comment on column workos.directory_users.source_updated_at
is 'The version: updated_at as WorkOS says.';
comment on column workos.directory_users.event_id
is 'The last event of the version; empty when only a read brought it.';
comment on column workos.directory_users.deleted_at is 'When it was deleted; a tombstone is final.';
comment on column workos.directory_users.first_seen_at is 'When the row was made here.';
comment on column workos.directory_users.synced_at
is 'Since when it is known: when an event was applied, or when the request of a read began.';
comment on column workos.directory_users.origin
is 'What brought the version: webhook, feed, api, repair or stub.';
comment on column workos.directory_users.directory_id is 'The directory.';
comment on column workos.directory_users.organization_id is 'The organization of the directory.';
comment on column workos.directory_users.idp_id is 'The id that the provider gave.';
comment on column workos.directory_users.email is 'The address, or null.';
comment on column workos.directory_users.first_name is 'The given name, or null.';
comment on column workos.directory_users.last_name is 'The family name, or null.';
comment on column workos.directory_users.username
is 'The name to sign in at the provider, or null.';
comment on column workos.directory_users.job_title is 'The job title, or null.';
comment on column workos.directory_users.state is 'active, suspended or inactive.';
comment on column workos.directory_users.role_slug is 'The role that the directory gives, or null.';
comment on column workos.directory_users.created_at is 'When WorkOS created it.';
