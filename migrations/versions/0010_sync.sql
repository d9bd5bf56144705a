-- Create the inbox, the families, the tasks and the types that pass between functions.
-- breaking: yes

create schema sync;
comment on schema sync is 'Events in, mirror up to date: inbox, families, tasks.';
grant usage, create on schema sync to orgscope_definer;

create type sync.change as (
  event_id text,
  occurred_at timestamptz,
  origin text,
  deleted boolean,
  lossy boolean
);
comment on type sync.change is
'How a version came: event id (empty by API), when, origin, whether it deletes, whether it is lossy.';

create type sync.version as (
  id text,
  raw jsonb,
  lossy boolean,
  source_updated_at timestamptz,
  event_id text,
  deleted_at timestamptz,
  synced_at timestamptz,
  origin text
);
comment on type sync.version is
'A version of an object: the columns that every mirror table has, in the order of the upserts.';

create type sync.event as (
  id text,
  type text,
  data jsonb,
  change sync.change,
  error text
);
comment on type sync.event is
'An event taken apart; error says what is wrong with its envelope, if anything.';

create table sync.inbox (
  id text collate "C" not null,
  type text not null,
  occurred_at timestamptz,
  body text not null,
  source text not null,
  status text not null,
  attempts integer not null default 1,
  error text,
  received_at timestamptz not null default pg_catalog.now(),
  tried_at timestamptz not null default pg_catalog.now(),
  constraint inbox_pkey primary key (id),
  constraint inbox_source_check check (source in ('webhook', 'feed')),
  constraint inbox_status_check check (status in ('applied', 'stale', 'ignored', 'failed'))
);
create index inbox_received_at_idx on sync.inbox (received_at);
create index inbox_failed_idx on sync.inbox (received_at) where status = 'failed';
comment on table sync.inbox is 'Every event once, as received; webhook and feed share it.';
comment on column sync.inbox.id is
'The event id, or sha256: and the digest of a body without one.';
comment on column sync.inbox.type is 'The event name, such as user.created.';
comment on column sync.inbox.occurred_at is 'created_at of the envelope.';
comment on column sync.inbox.body is 'The text as received, also where raw had to be lossy.';
comment on column sync.inbox.source is 'What brought it first: webhook or feed.';
comment on column sync.inbox.status is 'applied, stale, ignored (no such family), or failed.';
comment on column sync.inbox.attempts is 'How often it was tried.';
comment on column sync.inbox.error is 'Why it failed: SQLSTATE and message.';
comment on column sync.inbox.received_at is 'When it was first received.';
comment on column sync.inbox.tried_at is 'When it was last tried.';

create table sync.families (
  name text not null,
  event_prefix text not null,
  relation text not null,
  upsert text not null,
  parents jsonb not null default '{}',
  constraint families_pkey primary key (name),
  constraint families_event_prefix_key unique (event_prefix)
);
comment on table sync.families is
'The object families of the mirror; each upsert file registers its own.';
comment on column sync.families.name is 'The family, such as organization_membership.';
comment on column sync.families.event_prefix is 'What stands before the last dot of its events.';
comment on column sync.families.relation is 'The mirror table, such as workos.users.';
comment on column sync.families.upsert is 'The function that applies one object.';
comment on column sync.families.parents is
'Column -> parent family; a parent''s delete takes the row along.';

create table sync.tasks (
  kind text not null,
  key text not null,
  due_at timestamptz not null default pg_catalog.now(),
  attempts integer not null default 0,
  generation bigint not null default 1,
  lease_until timestamptz,
  error text,
  created_at timestamptz not null default pg_catalog.now(),
  constraint tasks_pkey primary key (kind, key)
);
create index tasks_due_at_idx on sync.tasks (due_at);
comment on table sync.tasks is 'Work to do outside of requests; one row for each kind and key.';
comment on column sync.tasks.kind is 'refetch, hook or keys.';
comment on column sync.tasks.key is 'What to work on, such as user:user_01H….';
comment on column sync.tasks.due_at is 'Not before this.';
comment on column sync.tasks.attempts is 'How often it was claimed.';
comment on column sync.tasks.generation is
'Rises when it is asked for again while somebody works on it.';
comment on column sync.tasks.lease_until is 'Until when a worker holds it.';
comment on column sync.tasks.error is 'Why the last attempt failed.';
comment on column sync.tasks.created_at is 'When it was first asked for.';
