-- Show which tasks nobody tries any more, and which have long waited for what is away.
-- Flow: sync.problems shows them with the rest.
-- Runs as: orgscope_definer, the view's owner: it names no person.
-- Raises: nothing.
-- Why: what passes by itself never makes a dead letter, so a lock that is always held, or a WorkOS
--      that is always away for one object, would be seen nowhere.
set local role orgscope_definer;

create or replace view sync.task_problems as
select
  'dead letters' as what, min(t.created_at) as since,
  format('%s tasks failed too often: %s. When what made them fail is mended, run orgscope '
    'sync tasks.', count(*), string_agg(distinct t.kind, ', ' order by t.kind)) as message
from sync.tasks as t where t.due_at = 'infinity' having count(*) > 0
union all
select
  'tasks waiting', min(t.created_at),
  format('%s tasks have waited for over an hour for WorkOS, PostgreSQL or a lock: %s. They are '
    'tried again. See what kept them in sync.tasks.',
    count(*), string_agg(distinct t.kind, ', ' order by t.kind))
from sync.tasks as t
where t.attempts > t.failures and t.lease_until is null and t.due_at < 'infinity'
  and t.created_at < now() - interval '1 hour'
having count(*) > 0;

comment on view sync.task_problems is
'Tasks that nobody tries any more, and those that have long waited for what is away.';
comment on column sync.task_problems.what is 'The problem, in two words.';
comment on column sync.task_problems.since is 'Since when the oldest of them is asked for.';
comment on column sync.task_problems.message is 'What is wrong, and what to do.';
revoke all on sync.task_problems from public;
