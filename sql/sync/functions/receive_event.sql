-- Store an event as received, apply it, and return what became of it.
-- Flow: the one call of the webhook endpoint and of the feed; answer 2xx only after its commit.
-- Runs as: orgscope_definer, definer.
-- Raises: WS101 when the body is not a JSON object; what sync.is_retryable says: answer 503.
-- Why: one call and one commit: nothing acknowledged is lost. The insert is what makes a duplicate
--      wait for the first and then find it; an event that failed is applied again when it returns.
--      A commit that does not reach the disk before it is acknowledged could still be lost.
-- Example: select sync.receive_event('{"id": "event_01…", "event": "user.created", "data": {…}}');
set local role orgscope_definer;

create or replace function sync.receive_event(body text, source text default 'webhook')
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_event constant sync.event := sync.parse_event(body, source);
  v_result record;
begin
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  insert into sync.inbox (id, type, occurred_at, body, source, status)
  values (v_event.id, v_event.type, (v_event.change).occurred_at, body, source, 'applied')
  on conflict (id) do nothing;
  if not found then
    return case
      when exists (select from sync.inbox as i where i.id = v_event.id and i.status = 'failed')
        then sync.retry_event(v_event.id)
      else 'duplicate'
    end;
  end if;
  v_result := sync.apply_event(v_event);
  if v_result.outcome <> 'applied' then
    update sync.inbox as i set status = v_result.outcome, error = v_result.error
    where i.id = v_event.id;
  end if;
  return v_result.outcome;
end
$$;

comment on function sync.receive_event(text, text)
is 'Store an event as received, apply it, and return what became of it.';
revoke all on function sync.receive_event(text, text) from public;
grant execute on function sync.receive_event(text, text) to orgscope_sync;
