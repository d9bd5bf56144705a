-- Put the events of a page into the inbox, apply them, and return what became of each, in order.
-- Flow: called by sync.receive_page.
-- Runs as: orgscope_definer, invoker.
-- Raises: what sync.is_retryable says.
-- Why: statements for many events cost a fraction of as many statements for one. The mirror is the
--      same in every order of events, so their order here is one that applies many together.
set local role orgscope_definer;

create or replace function sync.store_events(events sync.event[], bodies text[], erased text[])
returns text[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outcomes text[] := array_fill(null::text, array[cardinality(events)]);
  v_outcome text;
  v_new text[];
  v_places integer[];
begin
  if cardinality(erased) > 0 then
    return array(
      select sync.store_event(events[e.place], bodies[e.place], erased)
      from generate_subscripts(events, 1) as e (place) order by e.place
    );
  end if;
  with stored as (
    insert into sync.inbox as i (id, type, occurred_at, body, source, status)
    select distinct on (e.id collate "C")
      e.id, e.type, (e.change).occurred_at, b.body, (e.change).origin, 'applied'
    from unnest(events) with ordinality as e (id, type, data, change, error, place)
    inner join unnest(bodies) with ordinality as b (body, place) on e.place = b.place
    order by e.id collate "C", e.place
    on conflict (id) do nothing
    returning i.id
  )
  select array_agg(s.id) into v_new from stored as s;
  for v_places in select g.places from sync.group_events(events, v_new) as g loop
    v_outcome := case
      when cardinality(v_places) > 1
        then sync.apply_events(array(select events[p.place] from unnest(v_places) as p (place)))
    end;
    for i in 1 .. cardinality(v_places) loop
      v_outcomes[v_places[i]] := coalesce(v_outcome, sync.apply_stored(events[v_places[i]]));
    end loop;
  end loop;
  for i in 1 .. cardinality(events) loop
    v_outcomes[i] := coalesce(v_outcomes[i], sync.repeat_event(events[i]));
  end loop;
  return v_outcomes;
end
$$;

comment on function sync.store_events(sync.event[], text[], text[])
is 'Put the events of a page into the inbox, apply them, and return what became of each.';
revoke all on function sync.store_events(sync.event[], text[], text[]) from public;
