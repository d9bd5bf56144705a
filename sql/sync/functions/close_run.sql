-- End a run: done, or stopped with the reason; a run that is not ended is gone on with.
-- Flow: step 6 of a run.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: what was listed is needed no longer. A whole run that began after the feed lost its place
--      has filled the hole.
set local role orgscope_definer;

create or replace function sync.close_run(run_id bigint, error text default null)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_run sync.runs;
begin
  update sync.runs as r
  set state = case when close_run.error is null then 'done' else 'stopped' end,
      error = close_run.error, finished_at = clock_timestamp(), lease_until = null
  where r.run_id = close_run.run_id and r.state = 'running'
  returning r.* into v_run;
  delete from sync.run_objects as o where o.run_id = v_run.run_id;
  if v_run.state = 'done' and v_run.scope = 'all' and v_run.repair then
    update sync.feeds as f set resync_since = null where f.resync_since < v_run.started_at;
  end if;
end
$$;

comment on function sync.close_run(bigint, text) is 'End a run.';
revoke all on function sync.close_run(bigint, text) from public;
grant execute on function sync.close_run(bigint, text) to orgscope_sync;
