-- Apply a page of the Events API, move the cursor behind it, and return what became of its events.
-- Flow: step 2 of each read of the feed. objects is the text of its data, as received; cursor_id is
--      where it was read from; at_head tells whether WorkOS said that nothing follows, when it was
--      asked, asked_ago before this call.
-- Runs as: orgscope_definer, definer.
-- Raises: WS101 when objects is no array of objects; what sync.is_retryable says: read it again.
-- Why: the cursor and what the page changes are one commit, and only a read moves the cursor. Two
--      readers may overlap: whoever finds the cursor elsewhere applies nothing. Each event keeps
--      its text, so that the inbox has it as WorkOS sent it.
set local role orgscope_definer;

create or replace function sync.receive_page(
  objects text,
  cursor_id text,
  at_head boolean,
  asked_ago interval default '0',
  out moved boolean,
  out outcomes jsonb
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_feed sync.feeds;
  v_bodies text[];
  v_events sync.event[];
  v_event sync.event;
  v_erased text[];
begin
  -- Before the row: an erasure and a migration that begins again take them in this order.
  lock table sync.families in row share mode;
  outcomes := jsonb_build_object();
  select f.* into v_feed from sync.feeds as f where f.name = 'events' for update;
  moved := v_feed.cursor_id is not distinct from receive_page.cursor_id;
  if moved is not true then
    return;
  end if;
  v_erased := sync.erased_in(objects);
  v_bodies := array(select sync.split_list(objects));
  v_events := array(select sync.parse_event(b.body, 'feed') from unnest(v_bodies) as b (body));
  select coalesce(jsonb_object_agg(c.outcome, c.number), '{}') into outcomes
  from (
    select o.outcome, count(*) as number
    from unnest(sync.store_events(v_events, v_bodies, v_erased)) as o (outcome) group by o.outcome
  ) as c;
  v_feed.events := v_feed.events + cardinality(v_events);
  foreach v_event in array v_events loop
    if v_event.id not like 'sha256:%' then
      v_feed.cursor_id := v_event.id;
      v_feed.cursor_at := coalesce((v_event.change).occurred_at, v_feed.cursor_at);
    end if;
  end loop;
  update sync.feeds as f
  set cursor_id = v_feed.cursor_id, events = v_feed.events, read_at = now(),
      cursor_at = v_feed.cursor_at,
      head_at = case when at_head then now() - asked_ago else f.head_at end,
      problem = null, problem_since = null
  where f.name = 'events';
end
$$;

comment on function sync.receive_page(text, text, boolean, interval)
is 'Apply a page of the Events API, and move the cursor behind it.';
revoke all on function sync.receive_page(text, text, boolean, interval) from public;
grant execute on function sync.receive_page(text, text, boolean, interval) to orgscope_sync;
