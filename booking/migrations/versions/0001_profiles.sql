-- Create the schema of the application and the profiles.

create schema app;
comment on schema app is 'The practices'' own data: every row belongs to one organization.';
grant usage, create on schema app to orgscope_definer;

create table app.profiles (
  org_id text collate "C" not null,
  user_id text collate "C" not null,
  email text,
  first_name text,
  last_name text,
  title text,
  phone text,
  timezone text not null default 'UTC',
  about text,
  withdrawn_at timestamptz,
  created_at timestamptz not null default pg_catalog.now(),
  updated_at timestamptz not null default pg_catalog.now(),
  constraint profiles_pkey primary key (org_id, user_id),
  constraint profiles_about_check check (length(about) <= 2000)
);
comment on table app.profiles is 'One person in one practice; made and withdrawn with the membership.';
comment on column app.profiles.org_id is 'The WorkOS organization.';
comment on column app.profiles.user_id is 'The WorkOS user.';
comment on column app.profiles.email is 'WorkOS owns it: follows the mirror.';
comment on column app.profiles.first_name is 'WorkOS owns it: follows the mirror.';
comment on column app.profiles.last_name is 'WorkOS owns it: follows the mirror.';
comment on column app.profiles.title is 'The person owns it: no update from WorkOS touches it.';
comment on column app.profiles.phone is 'The person owns it: no update from WorkOS touches it.';
comment on column app.profiles.timezone is 'The person owns it: no update from WorkOS touches it.';
comment on column app.profiles.about is 'The person owns it: no update from WorkOS touches it.';
comment on column app.profiles.withdrawn_at is 'When the membership ended; null while it is active.';
comment on column app.profiles.created_at is 'When the profile was made.';
comment on column app.profiles.updated_at is 'When it last changed.';
