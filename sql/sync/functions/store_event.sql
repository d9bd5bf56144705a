-- Put a parsed event into the inbox, apply it, and return what became of it.
-- Flow: called by sync.receive_event for webhooks, and by sync.store_events for pages of the feed
--       that name somebody who was erased.
-- Runs as: orgscope_definer, invoker.
-- Raises: what sync.is_retryable says.
-- Why: the insert is what makes a duplicate wait for the first and then find it. Of an event of
--      somebody who was erased the id stays, so that it is known when it returns, and nothing else.
set local role orgscope_definer;

create or replace function sync.store_event(event sync.event, body text, erased text[])
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_left constant record := sync.leave_out_erased(erased, event, body);
begin
  insert into sync.inbox (id, type, occurred_at, body, source, status)
  values (
    event.id, event.type, (event.change).occurred_at, v_left.body, (event.change).origin,
    case when v_left.refused then 'erased' else 'applied' end
  )
  on conflict (id) do nothing;
  if not found then
    return sync.repeat_event(event);
  elsif v_left.refused then
    return 'erased';
  end if;
  return sync.apply_stored(v_left.event);
end
$$;

comment on function sync.store_event(sync.event, text, text[])
is 'Put a parsed event into the inbox, apply it, and return what became of it.';
revoke all on function sync.store_event(sync.event, text, text[]) from public;
