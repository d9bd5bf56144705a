-- Apply an event of the inbox again when it failed or was ignored, and return what became of it.
-- Flow: by hand, by the worker, and by sync.receive_event when a failed event is delivered again;
--       sync.replay_event does it.
-- Runs as: orgscope_definer, definer.
-- Raises: WS102 when the inbox has no such event; and what sync.is_retryable says.
-- Why: the body is kept as received, so a fixed function or a newer version can still apply it. Of
--      two that try at the same time the second finds that it is done.
set local role orgscope_definer;

create or replace function sync.retry_event(id text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_status text;
begin
  -- Before the row: an erasure takes them in this order.
  lock table sync.families in row share mode;
  select i.status into v_status from sync.inbox as i where i.id = retry_event.id for update;
  if v_status not in ('failed', 'ignored') then
    return 'duplicate';
  end if;
  return sync.replay_event(id);
end
$$;

comment on function sync.retry_event(text)
is 'Apply an event of the inbox again when it failed or was ignored.';
revoke all on function sync.retry_event(text) from public;
grant execute on function sync.retry_event(text) to orgscope_sync;
