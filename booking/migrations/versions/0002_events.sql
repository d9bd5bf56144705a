-- Create the bookable event types.

create table app.events (
  org_id text collate "C" not null,
  id uuid not null default pg_catalog.gen_random_uuid(),
  owner_id text collate "C" not null,
  title text not null,
  duration_minutes integer not null,
  created_at timestamptz not null default pg_catalog.now(),
  constraint events_pkey primary key (org_id, id),
  constraint events_org_id_owner_id_fkey foreign key (org_id, owner_id)
  references app.profiles (org_id, user_id) on delete restrict,
  constraint events_title_check check (length(title) between 1 and 200),
  constraint events_duration_minutes_check check (duration_minutes between 5 and 480)
);
create index events_org_id_owner_id_idx on app.events (org_id, owner_id);
create index events_org_id_created_at_idx on app.events (org_id, created_at desc);
comment on table app.events is 'What a practice offers to be booked.';
comment on column app.events.org_id is 'The WorkOS organization.';
comment on column app.events.id is 'The event type.';
comment on column app.events.owner_id is 'Whose event type it is.';
comment on column app.events.title is 'What guests read.';
comment on column app.events.duration_minutes is 'How long it takes.';
comment on column app.events.created_at is 'When it was made.';
