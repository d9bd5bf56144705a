-- Apply a parsed event to the mirror, and return what became of it, with the error if any.
-- Flow: step 2 of sync.receive_event; the upsert function of the family is step 3.
-- Runs as: orgscope_definer, invoker.
-- Raises: only what sync.is_retryable says is the database's, for the sender to try again.
-- Why: an event without a time happened, as far as anybody here knows, now.
set local role orgscope_definer;

create or replace function sync.apply_event(event sync.event, out outcome text, out error text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_family sync.families;
  v_change sync.change := event.change;
  v_result record;
begin
  if event.error is not null then
    outcome := 'failed';
    error := event.error;
    return;
  end if;
  select f.* into v_family from sync.families as f
  where f.event_prefix = left(event.type, -1 - length(split_part(event.type, '.', -1)));
  if v_family.name is null then
    outcome := 'ignored';
    return;
  end if;
  v_change.occurred_at := coalesce(v_change.occurred_at, now());
  v_result := sync.apply_object(v_family, event.data, v_change);
  outcome := v_result.outcome;
  error := v_result.error;
end
$$;

comment on function sync.apply_event(sync.event)
is 'Apply a parsed event to the mirror.';
revoke all on function sync.apply_event(sync.event) from public;
