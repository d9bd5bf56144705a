-- Say what WorkOS answered for a suspected difference; mend it when the run is to.
-- Flow: step 5 of a reconcile. body is the object as WorkOS shows it, null when it has none.
-- Runs as: orgscope_definer, definer.
-- Raises: WS204 for a difference that the run does not have; WS101, WS201 for an odd body.
-- Why: a tombstone is final, so nothing is deleted because a list did not have it: WorkOS said for
--      the object itself that it is gone. And what it shows wins over a tombstone or a later
--      version that the mirror has had since before the question, unless the answer is late: that
--      is named, and left to the next reconcile. What an event settled meanwhile was no difference.
set local role orgscope_definer;

create or replace function sync.settle_difference(
  run_id bigint,
  family text,
  object_id text,
  body text,
  read_at timestamptz
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_difference sync.differences;
  v_run sync.runs;
  v_is_dead boolean;
  v_state text;
begin
  -- Before the row: an erasure takes them in this order.
  lock table sync.families in row share mode;
  select d.* into v_difference from sync.differences as d
  where d.run_id = settle_difference.run_id and d.family = settle_difference.family
    and d.object_id = settle_difference.object_id for update;
  select r.* into v_run from sync.runs as r where r.run_id = settle_difference.run_id;
  if v_difference.run_id is null then
    raise exception using errcode = 'WS204', message = 'the run has no such difference';
  elsif v_difference.state <> 'suspected' then
    return v_difference.state;
  end if;
  update sync.runs as r set lease_until = clock_timestamp() + interval '2 minutes'
  where r.run_id = v_run.run_id and r.state = 'running';
  v_state := case sync.weigh_answer(v_difference, body, read_at)
    when 'refuted' then 'refuted'
    when 'wrong' then case when v_run.repair then 'mended' else 'found' end
    else 'found'
  end;
  if v_state = 'mended' then
    perform sync.repair_object(family, object_id, body, read_at);
    execute (
      select format('select t.deleted_at is not null from %s as t where t.id = $1', f.relation)
      from sync.families as f where f.name = settle_difference.family
    ) into v_is_dead using object_id;
    v_state := case when v_is_dead = (body is null) then 'mended' else 'suspected' end;
  end if;
  update sync.differences as d set state = v_state
  where d.run_id = v_run.run_id and d.family = v_difference.family
    and d.object_id = v_difference.object_id;
  return v_state;
end
$$;

comment on function sync.settle_difference(bigint, text, text, text, timestamptz)
is 'Say what WorkOS answered for a suspected difference.';
revoke all on function sync.settle_difference(bigint, text, text, text, timestamptz) from public;
grant execute on function sync.settle_difference(bigint, text, text, text, timestamptz)
to orgscope_sync;
