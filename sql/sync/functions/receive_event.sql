-- Store an event as received, apply it, and return what became of it.
-- Flow: the one call of the webhook endpoint; answer 2xx only after its commit.
-- Runs as: orgscope_definer, definer.
-- Raises: WS101 when the body is not a JSON object; what sync.is_retryable says: answer 503.
-- Why: one call and one commit: nothing acknowledged is lost. A commit that does not reach the disk
--      before it is acknowledged could still be lost.
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
  if current_setting('synchronous_commit') = 'off' then
    perform set_config('synchronous_commit', 'on', true);
  end if;
  return sync.store_event(sync.parse_event(body, source), body, sync.erased_in(body));
end
$$;

comment on function sync.receive_event(text, text)
is 'Store an event as received, apply it, and return what became of it.';
revoke all on function sync.receive_event(text, text) from public;
grant execute on function sync.receive_event(text, text) to orgscope_sync;
