-- Apply an event of the inbox again when it failed or was ignored, and return what became of it.
-- Flow: by hand, by the worker, and by sync.receive_event when a failed event is delivered again.
-- Runs as: orgscope_definer, definer.
-- Raises: WS102 when the inbox has no such event; and what sync.is_retryable says.
-- Why: the body is kept as received, so a fixed function or a newer version can still apply it.
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
  v_kept sync.inbox;
  v_result record;
begin
  select i.* into v_kept from sync.inbox as i where i.id = retry_event.id for update;
  if v_kept.id is null then
    raise exception using
      errcode = 'WS102', message = 'sync.inbox has no event with this id';
  elsif v_kept.status not in ('failed', 'ignored') then
    return 'duplicate';
  end if;
  v_result := sync.apply_event(sync.parse_event(v_kept.body, v_kept.source));
  update sync.inbox as i
  set status = v_result.outcome, error = v_result.error, attempts = i.attempts + 1, tried_at = now()
  where i.id = v_kept.id;
  return v_result.outcome;
end
$$;

comment on function sync.retry_event(text)
is 'Apply an event of the inbox again when it failed or was ignored.';
revoke all on function sync.retry_event(text) from public;
grant execute on function sync.retry_event(text) to orgscope_sync;
