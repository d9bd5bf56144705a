-- Let go of a run that could not ask for everything, or end it without the rest.
-- Flow: called when nothing else of the run is left to do; sync.release_run is for interruptions.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: what WorkOS does not show now it may show soon, so the run is gone on with. After an hour it
--      will not: the next run must not wait for it, and its error says what is missing.
set local role orgscope_definer;

create or replace function sync.give_up_run(run_id bigint, patience interval default '1 hour')
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if exists (
    select from sync.runs as r
    where r.run_id = give_up_run.run_id and r.started_at > clock_timestamp() - patience
  ) then
    perform sync.release_run(run_id);
    return;
  end if;
  perform sync.close_run(give_up_run.run_id, coalesce(
    (
      select format('%s lists could not be read, the first one: %s', count(*), min(l.error))
      from sync.run_lists as l
      where l.run_id = give_up_run.run_id and l.state = 'pending' and l.error is not null
      having count(*) > 0
    ),
    'WorkOS could not be asked about all that it and the mirror disagree on. See orgscope reconcile.'
  ));
end
$$;

comment on function sync.give_up_run(bigint, interval)
is 'Let go of a run that could not ask for everything, or end it without the rest.';
revoke all on function sync.give_up_run(bigint, interval) from public;
grant execute on function sync.give_up_run(bigint, interval) to orgscope_sync;
