-- Return where the Events API is to be read from, and notice when too long nobody did.
-- Flow: step 1 of each read of the feed; sync.receive_page is step 2.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: a first read begins some minutes ago, so that nothing is between the backfill and it. Past
--      what WorkOS keeps, the feed has a hole: a repair is due, and until it is done the status
--      says so. The head was seen at head_at, so what came before that is not missing, and WorkOS,
--      which may refuse a time that is older than what it keeps, is not asked for it.
set local role orgscope_definer;

create or replace function sync.open_feed(
  overlap interval default '10 minutes',
  retention interval default '30 days',
  out cursor_id text,
  out range_start timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_feed sync.feeds;
begin
  insert into sync.feeds (name, range_start) values ('events', now() - overlap)
  on conflict on constraint feeds_pkey do nothing;
  select f.* into v_feed from sync.feeds as f where f.name = 'events' for update;
  if coalesce(v_feed.head_at, v_feed.cursor_at, v_feed.opened_at) < now() - retention then
    update sync.feeds as f
    set cursor_id = null, range_start = now() - overlap, head_at = now(),
        resync_since = coalesce(f.resync_since, now())
    where f.name = 'events'
    returning f.* into v_feed;
  end if;
  cursor_id := v_feed.cursor_id;
  range_start := greatest(
    v_feed.range_start, least(v_feed.head_at, now() - retention + overlap)
  );
end
$$;

comment on function sync.open_feed(interval, interval)
is 'Return where the Events API is to be read from.';
revoke all on function sync.open_feed(interval, interval) from public;
grant execute on function sync.open_feed(interval, interval) to orgscope_sync;
