-- Return the names of every event that some family of the mirror understands.
-- Flow: the feed asks the Events API for these; a webhook endpoint should subscribe to them.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: the Events API wants the names one by one, and the families know them.
set local role orgscope_definer;

create or replace function sync.event_names()
returns text[]
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return array(
    select unnest(f.events || f.delete_events) as name from sync.families as f order by name
  );
end
$$;

comment on function sync.event_names()
is 'Return the names of every event that some family of the mirror understands.';
revoke all on function sync.event_names() from public;
grant execute on function sync.event_names() to orgscope_sync;
