-- Give up a cursor that WorkOS no longer accepts, and read again from the time it stood for.
-- Flow: called by the feed when WorkOS refuses the cursor; sync.open_feed follows.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing; another reader may have moved the cursor already.
-- Why: what is read again is a duplicate. A cursor whose time is past what WorkOS keeps leaves a
--      hole that only a reconcile fills.
set local role orgscope_definer;

create or replace function sync.lose_cursor(
  cursor_id text,
  overlap interval default '10 minutes',
  retention interval default '30 days'
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_feed sync.feeds;
begin
  select f.* into v_feed from sync.feeds as f where f.name = 'events' for update;
  if v_feed.cursor_id is distinct from lose_cursor.cursor_id then
    return;
  end if;
  -- What came before the head was last seen has been read, however old the last event is.
  v_feed.range_start := greatest(v_feed.cursor_at, v_feed.head_at, v_feed.range_start) - overlap;
  update sync.feeds as f
  set cursor_id = null, range_start = greatest(v_feed.range_start, now() - retention),
      resync_since = case
        when v_feed.range_start < now() - retention then coalesce(f.resync_since, now())
        else f.resync_since
      end
  where f.name = 'events';
end
$$;

comment on function sync.lose_cursor(text, interval, interval)
is 'Give up a cursor that WorkOS no longer accepts.';
revoke all on function sync.lose_cursor(text, interval, interval) from public;
grant execute on function sync.lose_cursor(text, interval, interval) to orgscope_sync;
