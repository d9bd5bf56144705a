-- Apply a parsed event inside a savepoint, and return what became of it with the error if it failed.
-- Flow: step 2 of sync.receive_event; the upsert function of the family is step 3.
-- Runs as: orgscope_definer, invoker.
-- Raises: what is not the event's fault: classes 40, 53, 55, 57, 58 and XX, for the sender to retry.
-- Why: a poison event is kept and answered; it must not stop the stream, nor be lost.
set local role orgscope_definer;

create or replace function sync.apply_event(
  type text,
  data jsonb,
  change sync.change,
  out outcome text,
  out error text
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_family sync.families;
  v_verb constant text := substring(type from '[^.]*$');
begin
  select * into v_family from sync.families as f
  where f.event_prefix = left(type, -length(v_verb) - 1);
  if v_family.name is null then
    outcome := 'ignored';
    return;
  end if;
  change.deleted := v_verb = 'deleted';
  change.occurred_at := coalesce(change.occurred_at, now());
  outcome := sync.apply_object(v_family, data, change);
exception when others then
  if left(sqlstate, 2) in ('40', '53', '55', '57', '58', 'XX') then
    raise;
  end if;
  outcome := 'failed';
  error := sqlstate || ' ' || sqlerrm;
end
$$;

comment on function sync.apply_event(text, jsonb, sync.change)
is 'Apply a parsed event inside a savepoint.';
revoke all on function sync.apply_event(text, jsonb, sync.change) from public;
