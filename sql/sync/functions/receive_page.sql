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
  v_body text;
  v_event sync.event;
  v_outcome text;
  v_erased text[];
begin
  outcomes := jsonb_build_object();
  select f.* into v_feed from sync.feeds as f where f.name = 'events' for update;
  moved := v_feed.cursor_id is not distinct from receive_page.cursor_id;
  if moved is not true then
    return;
  end if;
  v_erased := sync.erased_in(objects);
  for v_body in select sync.split_list(objects) loop
    v_event := sync.parse_event(v_body, 'feed');
    v_outcome := sync.store_event(v_event, v_body, v_erased);
    outcomes := outcomes || jsonb_build_object(
      v_outcome, coalesce((outcomes ->> v_outcome)::integer, 0) + 1
    );
    v_feed.events := v_feed.events + 1;
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
