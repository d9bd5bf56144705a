-- Show what keeps the mirror from being exact, since when, and what to do about it.
-- Flow: the login of monitor, `orgscope status`, `orgscope doctor`.
-- Runs as: orgscope_definer, the view's owner: it names no person.
-- Raises: nothing.
-- Why: a fault that nobody sees becomes months of drift. No row says that nothing is known to be
--      wrong, which is the state to watch for.
-- requires: sql/sync/views/task_problems.sql, sql/sync/views/run_problems.sql
set local role orgscope_definer;

create or replace view sync.problems as
select 'feed' as what, f.problem_since as since, f.problem as message
from sync.feeds as f where f.problem is not null
union all
select
  'feed stopped', f.read_at,
  'Nobody has read the Events API for 15 minutes. See that orgscope worker runs.'
from sync.feeds as f where coalesce(f.read_at, f.opened_at) < now() - interval '15 minutes'
union all
select
  'events missing', f.resync_since,
  'The feed lost its place or was not read for too long. Run orgscope reconcile --repair, or wait '
  'for the worker to do it.'
from sync.feeds as f where f.resync_since is not null
union all
select
  'webhooks silent', s.webhook_at,
  'The feed has events that no webhook brought, and no webhook came since. See the endpoint in the '
  'WorkOS dashboard and the route in the application.'
from sync.status as s
where s.webhook_at is not null and exists (
  select from sync.inbox as i
  where i.source = 'feed' and i.delivered_at is null
    and i.received_at > s.webhook_at + interval '5 minutes'
    and i.received_at < now() - interval '5 minutes'
)
union all
select
  'failed events', min(i.received_at),
  format('%s events could not be applied. See orgscope inbox list --status failed.', count(*))
from sync.inbox as i where i.status = 'failed' having count(*) > 0
union all
select t.what, t.since, t.message from sync.task_problems as t
union all
select r.what, r.since, r.message from sync.run_problems as r;

comment on view sync.problems is
'What keeps the mirror from being exact, since when, and what to do about it.';
comment on column sync.problems.what is 'The problem, in two words.';
comment on column sync.problems.since is 'Since when.';
comment on column sync.problems.message is 'What is wrong, and what to do.';
revoke all on sync.problems from public;
grant select on sync.problems to orgscope_monitor;
