-- Apply an event of the inbox again, whatever became of it, and return what becomes of it now.
-- Flow: by hand (orgscope inbox replay), and called by sync.retry_event.
-- Runs as: orgscope_definer, definer.
-- Raises: WS102 when the inbox has no such event; and what sync.is_retryable says.
-- Why: the body is kept as received, and the mirror takes newer versions only, so that applying
--      twice is applying once. What was applied stays so in the inbox. Of an erased event nothing
--      is left to apply. Once it is not failed, nobody needs its task any more.
set local role orgscope_definer;

create or replace function sync.replay_event(id text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_kept sync.inbox;
  v_left record;
  v_result record;
begin
  -- Before the row: an erasure takes them in this order.
  lock table sync.families in row share mode;
  select i.* into v_kept from sync.inbox as i where i.id = replay_event.id for update;
  if v_kept.id is null then
    raise exception using
      errcode = 'WS102', message = 'sync.inbox has no event with this id';
  elsif v_kept.status = 'erased' then
    return 'erased';
  end if;
  v_left := sync.leave_out_erased(
    sync.erased_in(v_kept.body), sync.parse_event(v_kept.body, v_kept.source), v_kept.body
  );
  if v_left.refused then
    select 'erased' as outcome, null::text as error into v_result;
  else
    v_result := sync.apply_event(v_left.event);
  end if;
  update sync.inbox as i
  set body = v_left.body,
      status = case
        when v_kept.status = 'applied' and v_result.outcome = 'stale' then 'applied'
        else v_result.outcome
      end,
      error = v_result.error, attempts = i.attempts + 1, tried_at = now()
  where i.id = v_kept.id;
  if v_result.outcome = 'failed' then
    perform sync.add_task('event', v_kept.id, interval '1 minute', v_result.error);
  else
    delete from sync.tasks as t where t.kind = 'event' and t.key = v_kept.id;
  end if;
  return v_result.outcome;
end
$$;

comment on function sync.replay_event(text)
is 'Apply an event of the inbox again, whatever became of it.';
revoke all on function sync.replay_event(text) from public;
grant execute on function sync.replay_event(text) to orgscope_sync;
