-- Store events as received, apply them in the order of their ids, and say what became of each.
-- Flow: the one call of the webhook endpoint, with all that came while others were under way;
--       answer 2xx only after its commit.
-- Runs as: orgscope_definer, definer.
-- Raises: WS101 when a body is not a JSON object; what sync.is_retryable says: answer 503. Then
--         none of them is stored.
-- Why: one call and one commit: nothing acknowledged is lost. A commit that does not reach the disk
--      before it is acknowledged could still be lost. What a transaction costs by itself is a large
--      part of what an event costs, and those that are stored together share it. Ids are in the
--      order of time, and in that order a page of the feed takes them as well.
set local role orgscope_definer;

create or replace function sync.receive_events(bodies text[], source text default 'webhook')
returns text[]
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_events sync.event[];
  v_erased text[];
  v_place integer;
  v_outcomes text[] := array_fill(null::text, array[cardinality(bodies)]);
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  v_events := array(select sync.parse_event(b.body, source) from unnest(bodies) as b (body));
  v_erased := sync.erased_in(variadic bodies);
  for v_place in
    select e.place
    from unnest(v_events) with ordinality as e (id, type, data, change, error, place)
    order by e.id collate "C", e.place
  loop
    v_outcomes[v_place] := sync.store_event(v_events[v_place], bodies[v_place], v_erased);
  end loop;
  return v_outcomes;
end
$$;

comment on function sync.receive_events(text[], text)
is 'Store events as received, apply them in the order of their ids, and say what became of each.';
revoke all on function sync.receive_events(text[], text) from public;
grant execute on function sync.receive_events(text[], text) to orgscope_sync;
