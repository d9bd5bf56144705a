-- Say what becomes of an event that the inbox has already.
-- Flow: called by sync.store_event and sync.store_events.
-- Runs as: orgscope_definer, invoker.
-- Raises: what sync.is_retryable says.
-- Why: an event that failed is applied again when it returns; so is one that no family had taken
--      and one does by now. A webhook that comes after the feed closes the gap that the feed found.
set local role orgscope_definer;

create or replace function sync.repeat_event(event sync.event)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_known sync.inbox;
begin
  select i.* into v_known from sync.inbox as i where i.id = event.id;
  if (event.change).origin = 'webhook' and v_known.source = 'feed' and v_known.delivered_at is null
  then
    update sync.inbox as i set delivered_at = now() where i.id = event.id;
  end if;
  return case
    when v_known.status = 'failed' then sync.retry_event(event.id)
    when v_known.status = 'ignored' and event.type = any (sync.event_names())
      then sync.retry_event(event.id)
    else 'duplicate'
  end;
end
$$;

comment on function sync.repeat_event(sync.event)
is 'Say what becomes of an event that the inbox has already.';
revoke all on function sync.repeat_event(sync.event) from public;
