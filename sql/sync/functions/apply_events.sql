-- Apply events of different objects of one family together, and return what became of all of them.
-- Flow: called by sync.store_events for each group of sync.group_events.
-- Runs as: orgscope_definer, invoker.
-- Raises: what sync.is_retryable says.
-- Why: null, and nothing is done, where one of them fails or not the same became of all: then each
--      is applied by itself, which says which. So one that is odd keeps nothing back.
set local role orgscope_definer;

create or replace function sync.apply_events(events sync.event[])
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_type constant text := (events[1]).type;
  v_change sync.change := (events[1]).change;
  v_upsert text;
  v_applied integer;
begin
  select f.upsert into strict v_upsert from sync.families as f where v_type = any (f.events);
  v_change.event_id := null;
  v_change.occurred_at := null;
  select jsonb_object_agg(e.data ->> 'id', jsonb_build_object(
    'id', e.id, 'occurred_at', coalesce((e.change).occurred_at, now())
  ))
  into v_change.events
  from unnest(events) as e;
  execute format('select u.applied from %s($1, $2) as u', v_upsert)
  into strict v_applied using array(select e.data from unnest(events) as e), v_change;
  if v_applied = cardinality(events) then
    return 'applied';
  elsif v_applied > 0 then
    raise exception using errcode = 'UNDO0';
  end if;
  update sync.inbox as i set status = 'stale'
  where i.id = any (array(select e.id from unnest(events) as e));
  return 'stale';
exception when others or assert_failure then
  if sync.is_retryable(sqlstate) then
    raise;
  elsif sqlstate <> 'UNDO0' then
    raise log 'sync.apply_events: % % are applied one by one, because of %',
      cardinality(events), v_type, sqlstate;
  end if;
  return null;
end
$$;

comment on function sync.apply_events(sync.event[])
is 'Apply events of different objects of one family together.';
revoke all on function sync.apply_events(sync.event[]) from public;
