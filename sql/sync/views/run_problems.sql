-- Show what runs have found wrong, or could not do, and what to do about it.
-- Flow: part of sync.problems.
-- Runs as: orgscope_definer, the view's owner: it names no person.
-- Raises: nothing.
-- Why: of an error of class 22 the SQLSTATE alone: its text may have a value in it.
-- requires: sql/sync/views/status.sql
set local role orgscope_definer;

create or replace view sync.run_problems as
select
  'lists unread' as what, r.started_at as since,
  format('%s lists of the %s that is under way could not be read, the first one: %s', count(*),
    r.kind, min(l.error)) as message
from sync.run_lists as l inner join sync.runs as r on l.run_id = r.run_id
where r.state = 'running' and l.state = 'pending' and l.failed = 0 and l.error is not null
group by r.run_id
union all
select 'run stopped', r.finished_at, r.error
from sync.runs as r
where r.state = 'stopped' and not exists (
  select from sync.runs as l where l.kind = r.kind and l.scope = r.scope and l.run_id > r.run_id
)
union all
select
  'unreadable objects', max(r.finished_at),
  format('%s objects that WorkOS lists could not be applied, the first one because of %s. Update '
    'orgscope, or report it.', sum(l.failed),
    min(case when l.error like '22%' then left(l.error, 5) else l.error end))
from sync.run_lists as l inner join sync.runs as r on l.run_id = r.run_id
where l.failed > 0 and r.run_id = (select max(w.run_id) from sync.runs as w where w.scope = 'all')
having count(*) > 0
union all
select
  'differences', s.reconciled_at,
  format('The mirror differed from WorkOS in %s objects. Run orgscope reconcile --repair.',
    s.differences)
from sync.status as s where s.differences > 0
union all
select
  'reconcile overdue', o.due_at,
  'WorkOS was not read whole for twice as long as ORGSCOPE_RECONCILE_EVERY says. See that orgscope '
  'worker runs, or run orgscope reconcile --repair.'
from (
  select greatest(s.backfilled_at, s.reconciled_at) + 2 * c.every as due_at
  from sync.status as s cross join sync.schedule as c
  where c.job = 'reconcile'
) as o
where o.due_at < now();

comment on view sync.run_problems is
'What runs have found wrong, or could not do, and what to do about it.';
comment on column sync.run_problems.what is 'The problem, in two words.';
comment on column sync.run_problems.since is 'Since when.';
comment on column sync.run_problems.message is 'What is wrong, and what to do.';
revoke all on sync.run_problems from public;
