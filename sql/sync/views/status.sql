-- Show how far the mirror is, in one row.
-- Flow: the login of monitor, `orgscope status`, the metrics of the worker.
-- Runs as: orgscope_definer, the view's owner: it counts and shows no row of anybody.
-- Raises: nothing.
-- Why: whoever decides by the mirror must be able to ask, in SQL, up to when it is proven.
set local role orgscope_definer;

create or replace view sync.status as
with reconcile as (
  select r.run_id, r.finished_at from sync.runs as r
  where r.state = 'done' and r.scope = 'all' and r.kind = 'reconcile'
  order by r.run_id desc limit 1
)

select
  (
    select greatest(f.cursor_at, f.head_at - interval '1 minute') from sync.feeds as f
    where f.resync_since is null
  ) as fed_up_to,
  (select f.read_at from sync.feeds as f) as feed_read_at,
  (select f.resync_since from sync.feeds as f) as resync_since,
  (
    select i.received_at from sync.inbox as i
    where i.source = 'webhook' order by i.received_at desc limit 1
  ) as webhook_at,
  (
    select count(*) from sync.inbox as i
    where i.source = 'feed' and i.delivered_at is null
      and i.received_at > now() - interval '1 day' and i.occurred_at < now() - interval '5 minutes'
  ) as gaps,
  (select count(*) from sync.inbox as i where i.status = 'failed') as failed_events,
  (select count(*) from sync.tasks as t where t.due_at <= now()) as due_tasks,
  (select count(*) from sync.tasks as t where t.due_at = 'infinity') as dead_letters,
  (
    select max(r.finished_at) from sync.runs as r
    where r.state = 'done' and r.scope = 'all' and r.kind = 'backfill'
  ) as backfilled_at,
  (select r.finished_at from reconcile as r) as reconciled_at,
  (
    select count(*) from sync.differences as d
    inner join reconcile as r on d.run_id = r.run_id
    where d.state in ('found', 'suspected')
  ) as differences,
  (
    select max(i.received_at - i.occurred_at) from sync.inbox as i
    where i.source = 'feed' and i.delivered_at is null
      and i.received_at > now() - interval '1 day' and i.occurred_at < now() - interval '5 minutes'
  ) as gap_lag;

comment on view sync.status is 'How far the mirror is, in one row.';
comment on column sync.status.fed_up_to is
'Every event that occurred before this was read, and applied unless it is among failed_events; null
while some may be missing.';
comment on column sync.status.feed_read_at is 'When a page of the Events API was last applied.';
comment on column sync.status.resync_since is
'Since when events may be missing, until a whole backfill or repair is done; else null.';
comment on column sync.status.webhook_at is 'When the last webhook was received.';
comment on column sync.status.gaps is 'Events of the last day that no webhook brought.';
comment on column sync.status.failed_events is 'Events that could not be applied.';
comment on column sync.status.due_tasks is 'Work that waits for a worker.';
comment on column sync.status.dead_letters is 'Work that failed too often.';
comment on column sync.status.backfilled_at is 'When all was last read from WorkOS.';
comment on column sync.status.reconciled_at is 'When all was last compared with WorkOS.';
comment on column sync.status.differences is 'What differed then and was not mended.';
comment on column sync.status.gap_lag is
'The longest that one of those gaps took from when it occurred until the feed brought it.';
revoke all on sync.status from public;
grant select on sync.status to orgscope_monitor;
