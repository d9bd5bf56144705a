-- Return what the worker is to read whole, if anything: a backfill, or a reconcile that repairs.
-- Flow: the worker asks every minute; orgscope.sync.run does it.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing; null when nothing is due.
-- Why: what was interrupted goes on first. A mirror that was never read whole is read; a hole in
--      the feed is filled at once; else it is compared every so often. A run that stopped waits for
--      a person, and is not begun again at once. One that stopped because some lists could not be
--      read counts as read whole: what could be read is compared all the same. How often is kept,
--      for sync.run_problems says when it is overdue, also while no worker asks.
set local role orgscope_definer;

create or replace function sync.due_run(every interval, out kind text, out repair boolean)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_last sync.runs;
begin
  update sync.schedule as s set every = due_run.every
  where s.job = 'reconcile' and s.every <> due_run.every;
  select r.kind, r.repair into kind, repair from sync.runs as r
  where r.state = 'running' and r.scope = 'all' and (r.kind = 'backfill' or r.repair)
  order by r.run_id limit 1;
  if kind is not null or exists (
    select from sync.runs as r
    where r.state = 'stopped' and r.scope = 'all' and r.finished_at > now() - every
  ) then
    return;
  end if;
  select r.* into v_last from sync.runs as r
  where r.scope = 'all' and (r.kind = 'backfill' or r.repair)
    and (r.state = 'done' or r.state = 'stopped' and exists (
      select from sync.run_lists as l where l.run_id = r.run_id and l.state = 'pending'
    ))
  order by r.run_id desc limit 1;
  kind := case
    when v_last.run_id is null then 'backfill'
    when v_last.finished_at < now() - every then 'reconcile'
    when exists (select from sync.feeds as f where f.resync_since is not null) then 'reconcile'
  end;
  repair := kind = 'reconcile';
end
$$;

comment on function sync.due_run(interval) is 'Return what the worker is to read whole, if anything.';
revoke all on function sync.due_run(interval) from public;
grant execute on function sync.due_run(interval) to orgscope_sync;
