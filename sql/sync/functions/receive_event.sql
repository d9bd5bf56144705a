-- Store an event as received, apply it, and return what became of it.
-- Flow: for code of a project, and to replay an inbox; the webhook endpoint calls
--       sync.receive_events.
-- Runs as: orgscope_definer, definer.
-- Raises: WS101 when the body is not a JSON object; what sync.is_retryable says: answer 503.
-- Why: acknowledge after the commit, and not before.
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
begin
  return (sync.receive_events(array[body], source))[1];
end
$$;

comment on function sync.receive_event(text, text)
is 'Store an event as received, apply it, and return what became of it.';
revoke all on function sync.receive_event(text, text) from public;
grant execute on function sync.receive_event(text, text) to orgscope_sync;
