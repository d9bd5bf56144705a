-- Apply an event that the inbox has just got, and keep there what became of it.
-- Flow: called by sync.store_event and sync.store_events.
-- Runs as: orgscope_definer, invoker.
-- Raises: what sync.is_retryable says.
-- Why: the inbox says applied already, as most events are. One that failed is tried again by the
--      worker, and when it returns.
set local role orgscope_definer;

create or replace function sync.apply_stored(event sync.event)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_result constant record := sync.apply_event(event);
begin
  if v_result.outcome <> 'applied' then
    update sync.inbox as i set status = v_result.outcome, error = v_result.error
    where i.id = event.id;
  end if;
  if v_result.outcome = 'failed' then
    perform sync.add_task('event', event.id, interval '1 minute', v_result.error);
  end if;
  return v_result.outcome;
end
$$;

comment on function sync.apply_stored(sync.event)
is 'Apply an event that the inbox has just got, and keep there what became of it.';
revoke all on function sync.apply_stored(sync.event) from public;
