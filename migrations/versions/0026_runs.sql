-- Keep how far a backfill or a reconcile has come, and what it found.
-- breaking: no

create table sync.runs (
  run_id bigint generated always as identity,
  kind text not null,
  scope text not null default 'all',
  repair boolean not null,
  state text not null default 'running',
  expanded text[] not null default '{}',
  lease_until timestamptz,
  started_at timestamptz not null default pg_catalog.clock_timestamp(),
  finished_at timestamptz,
  error text,
  constraint runs_pkey primary key (run_id),
  constraint runs_kind_check check (kind in ('backfill', 'reconcile')),
  constraint runs_state_check check (state in ('running', 'done', 'stopped'))
);
create index runs_started_at_idx on sync.runs (started_at);
create unique index runs_running_idx on sync.runs (kind, scope, repair) where state = 'running';
comment on table sync.runs is 'Backfills and reconciles: reads of all that WorkOS has.';
comment on column sync.runs.run_id is 'The number of the run.';
comment on column sync.runs.kind is 'backfill (apply what is listed) or reconcile (compare).';
comment on column sync.runs.scope is 'all, or what is read, such as organization:org_01….';
comment on column sync.runs.repair is 'Whether a reconcile mends what it finds.';
comment on column sync.runs.state is 'running (also while it waits to be resumed), done, or stopped.';
comment on column sync.runs.expanded is 'The families whose lists for each parent are known.';
comment on column sync.runs.lease_until is 'Until when a process holds it.';
comment on column sync.runs.started_at is 'When it began.';
comment on column sync.runs.finished_at is 'When it ended.';
comment on column sync.runs.error is 'Why it stopped, and what to do.';

create table sync.run_lists (
  run_id bigint not null,
  path text not null,
  family text not null,
  parent_column text,
  parent_id text collate "C",
  state text not null default 'pending',
  cursor_id text collate "C",
  began_at timestamptz,
  listed bigint not null default 0,
  applied bigint not null default 0,
  failed bigint not null default 0,
  error text,
  constraint run_lists_pkey primary key (run_id, path),
  constraint run_lists_run_id_fkey foreign key (run_id) references sync.runs on delete cascade,
  constraint run_lists_state_check check (state in ('pending', 'done', 'checked', 'failed'))
);
create index run_lists_pending_idx on sync.run_lists (run_id, family, path)
where state = 'pending';
comment on table sync.run_lists is 'The lists that a run reads, each with its own cursor.';
comment on column sync.run_lists.run_id is 'The run.';
comment on column sync.run_lists.path is 'The path of the list in the API.';
comment on column sync.run_lists.family is 'The family that is listed.';
comment on column sync.run_lists.parent_column is 'The field that names the parent of the list.';
comment on column sync.run_lists.parent_id is 'The parent whose list it is, or null.';
comment on column sync.run_lists.state is 'pending; done (read to its end); checked (for what it lacks); failed (it is gone).';
comment on column sync.run_lists.cursor_id is 'The last object that was applied.';
comment on column sync.run_lists.began_at is 'When the request of its first page began.';
comment on column sync.run_lists.listed is 'How many objects were listed.';
comment on column sync.run_lists.applied is 'How many rows changed.';
comment on column sync.run_lists.failed is 'How many objects could not be applied.';
comment on column sync.run_lists.error is
'Why it, or the first of these objects, failed.';

create table sync.run_objects (
  run_id bigint not null,
  family text not null,
  object_id text collate "C" not null,
  constraint run_objects_pkey primary key (run_id, family, object_id),
  constraint run_objects_run_id_fkey foreign key (run_id) references sync.runs on delete cascade
);
comment on table sync.run_objects is 'What a reconcile saw in a list; empty once it is done.';
comment on column sync.run_objects.run_id is 'The run.';
comment on column sync.run_objects.family is 'The family.';
comment on column sync.run_objects.object_id is 'The id of the object.';

create table sync.differences (
  run_id bigint not null,
  family text not null,
  object_id text collate "C" not null,
  kind text not null,
  organization_id text collate "C",
  fields text[] not null default '{}',
  state text not null,
  constraint differences_pkey primary key (run_id, family, object_id),
  constraint differences_run_id_fkey foreign key (run_id) references sync.runs on delete cascade,
  constraint differences_kind_check
  check (kind in ('missing', 'fields', 'orphan', 'deleted', 'newer')),
  constraint differences_state_check
  check (state in ('suspected', 'found', 'behind', 'mended', 'refuted'))
);
comment on table sync.differences is 'Where the mirror differed from WorkOS when it was compared.';
comment on column sync.differences.run_id is 'The reconcile.';
comment on column sync.differences.family is 'The family.';
comment on column sync.differences.object_id is 'The id of the object.';
comment on column sync.differences.kind is
'missing here; fields differ; orphan here; deleted here and not there; newer here than there.';
comment on column sync.differences.organization_id is 'The organization of the object, or null.';
comment on column sync.differences.fields is 'The fields that differ; never their values.';
comment on column sync.differences.state is
'suspected until WorkOS is asked by id; found; behind (its event is under way); mended; refuted.';
