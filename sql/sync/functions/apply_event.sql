-- Apply a parsed event to the mirror, and return what became of it, with the error if any.
-- Flow: step 2 of sync.receive_event; the upsert function of the family is step 3.
-- Runs as: orgscope_definer, invoker.
-- Raises: only what sync.is_retryable says is the database's, for the sender to try again.
-- Why: an event without a time happened, as far as anybody here knows, now. A webhook from before
--      the feed was opened may be overtaken by what no feed will tell: WorkOS is asked. It is asked
--      as well about an object that lives here and whose event failed: that one may have taken
--      access away.
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
  where event.type = any (f.events) or event.type = any (f.delete_events);
  if v_family.name is null then
    outcome := 'ignored';
    return;
  end if;
  v_change.occurred_at := coalesce(v_change.occurred_at, now());
  v_change.deleted := event.type = any (v_family.delete_events);
  v_result := sync.apply_object(v_family, event.data, v_change);
  outcome := v_result.outcome;
  error := v_result.error;
  if outcome = 'applied' and v_change.origin = 'webhook' then
    perform sync.add_task('refetch', concat_ws(':', v_family.name, v_result.keys[1]))
    from sync.feeds as f where v_change.occurred_at < f.range_start;
  elsif outcome = 'failed' then
    execute format(
      'select sync.add_task(''refetch'', concat_ws('':'', $1, t.id)) from %s as t
       where t.id = $2 and t.deleted_at is null', v_family.relation
    ) using v_family.name, event.data ->> 'id';
  end if;
end
$$;

comment on function sync.apply_event(sync.event)
is 'Apply a parsed event to the mirror.';
revoke all on function sync.apply_event(sync.event) from public;
