-- Put a parsed event into the inbox, apply it, and return what became of it.
-- Flow: called by sync.receive_event for webhooks and by sync.receive_page for the feed.
-- Runs as: orgscope_definer, invoker.
-- Raises: what sync.is_retryable says.
-- Why: the insert is what makes a duplicate wait for the first and then find it. An event that
--      failed is applied again when it returns, and by the worker; so is one that no family had
--      taken and one does by now. A webhook that comes after the feed closes the gap that the feed
--      had found. Of an event of somebody who was erased the id
--      stays, so that it is known when it returns, and nothing else.
set local role orgscope_definer;

create or replace function sync.store_event(event sync.event, body text, erased text[])
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_source constant text := (event.change).origin;
  v_left constant record := sync.leave_out_erased(erased, event, body);
  v_known sync.inbox;
  v_result record;
begin
  insert into sync.inbox (id, type, occurred_at, body, source, status)
  values (
    event.id, event.type, (event.change).occurred_at, v_left.body, v_source,
    case when v_left.refused then 'erased' else 'applied' end
  )
  on conflict (id) do nothing;
  if not found then
    select i.* into v_known from sync.inbox as i where i.id = event.id;
    if v_source = 'webhook' and v_known.source = 'feed' and v_known.delivered_at is null then
      update sync.inbox as i set delivered_at = now() where i.id = event.id;
    end if;
    return case
      when v_known.status = 'failed' then sync.retry_event(event.id)
      when v_known.status = 'ignored' and event.type = any (sync.event_names())
        then sync.retry_event(event.id)
      else 'duplicate'
    end;
  elsif v_left.refused then
    return 'erased';
  end if;
  v_result := sync.apply_event(v_left.event);
  if v_result.outcome <> 'applied' then
    update sync.inbox as i set status = v_result.outcome, error = v_result.error
    where i.id = event.id;
  end if;
  if v_result.outcome = 'failed' then
    perform sync.add_task('event', event.id, interval '1 minute', v_result.error);
  end if;
  return v_result.outcome;
end
$$;

comment on function sync.store_event(sync.event, text, text[])
is 'Put a parsed event into the inbox, apply it, and return what became of it.';
revoke all on function sync.store_event(sync.event, text, text[]) from public;
