-- Apply a parsed event inside a savepoint, and return what became of it, with the error if any.
-- Flow: step 2 of sync.receive_event; the upsert function of the family is step 3.
-- Runs as: orgscope_definer, invoker.
-- Raises: what is not the event's fault, for the sender to retry: classes 40, 53, 55, 57, 58, XX.
-- Why: a poison event is kept and answered; it must not stop the stream, nor be lost.
set local role orgscope_definer;

create or replace function sync.apply_event(event sync.event, out outcome text, out error text)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_family sync.families;
  v_change sync.change := event.change;
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
  outcome := sync.apply_object(v_family, event.data, v_change);
exception when others then
  if left(sqlstate, 2) in ('40', '53', '55', '57', '58', 'XX') then
    raise;
  end if;
  outcome := 'failed';
  error := concat_ws(' ', sqlstate, sqlerrm);
end
$$;

comment on function sync.apply_event(sync.event)
is 'Apply a parsed event inside a savepoint.';
revoke all on function sync.apply_event(sync.event) from public;
