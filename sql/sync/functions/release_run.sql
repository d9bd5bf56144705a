-- Let go of a run that is not at its end, so that whoever asks next goes on with it.
-- Flow: called when a run is interrupted.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: without it the lease would have to end first.
set local role orgscope_definer;

create or replace function sync.release_run(run_id bigint)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  update sync.runs as r set lease_until = null
  where r.run_id = release_run.run_id and r.state = 'running';
end
$$;

comment on function sync.release_run(bigint)
is 'Let go of a run that is not at its end.';
revoke all on function sync.release_run(bigint) from public;
grant execute on function sync.release_run(bigint) to orgscope_sync;
