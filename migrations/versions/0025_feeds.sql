-- Keep where the Events API was read up to, and which events no webhook brought.
-- breaking: no

create table sync.feeds (
  name text not null,
  cursor_id text collate "C",
  cursor_at timestamptz,
  range_start timestamptz not null,
  opened_at timestamptz not null default pg_catalog.now(),
  read_at timestamptz,
  head_at timestamptz,
  events bigint not null default 0,
  resync_since timestamptz,
  problem text,
  problem_since timestamptz,
  constraint feeds_pkey primary key (name)
);
comment on table sync.feeds is 'Where the Events API was read up to. One row: events.';
comment on column sync.feeds.name is 'The feed: events.';
comment on column sync.feeds.cursor_id is
'The last event of the last page that was applied; null before the first.';
comment on column sync.feeds.cursor_at is 'When that event occurred.';
comment on column sync.feeds.range_start is
'Where reading begins without a cursor: every later event was or will be read.';
comment on column sync.feeds.opened_at is 'When it was first opened.';
comment on column sync.feeds.read_at is 'When a page was last applied.';
comment on column sync.feeds.head_at is 'When a page last was the end of the feed.';
comment on column sync.feeds.events is 'How many events were read.';
comment on column sync.feeds.resync_since is
'Since when events may be missing, until a reconcile that began later is done; else null.';
comment on column sync.feeds.problem is 'Why it cannot be read at the moment, and what to do.';
comment on column sync.feeds.problem_since is 'Since when.';

alter table sync.inbox add column delivered_at timestamptz;
comment on column sync.inbox.delivered_at is
'When a webhook brought it after the feed had; an event of the feed without it is a gap.';
-- squawk-ignore ban-drop-constraint
alter table sync.inbox drop constraint inbox_status_check;
alter table sync.inbox add constraint inbox_status_check
check (status in ('applied', 'stale', 'ignored', 'failed', 'erased')) not valid;
comment on column sync.inbox.status is
'applied, stale, ignored (no such family), failed, or erased (its person was).';
-- No release had an inbox, so none is large and nobody waits for these.
-- squawk-ignore require-concurrent-index-deletion
drop index sync.inbox_received_at_idx;
-- squawk-ignore require-concurrent-index-creation
create index inbox_source_idx on sync.inbox (source, received_at);
-- squawk-ignore require-concurrent-index-creation
create index inbox_gaps_idx on sync.inbox (received_at)
where source = 'feed' and delivered_at is null;

create table sync.api_keys (
  digest bytea not null,
  accepted_at timestamptz not null default pg_catalog.now(),
  constraint api_keys_pkey primary key (digest)
);
comment on table sync.api_keys is 'API keys that were seen to be of this environment, as digests.';
comment on column sync.api_keys.digest is 'SHA-256 of the key.';
comment on column sync.api_keys.accepted_at is 'When it was accepted.';

comment on column sync.tasks.kind is 'refetch, event, hook or keys.';
comment on column sync.tasks.due_at is 'Not before this; infinity for a dead letter.';
