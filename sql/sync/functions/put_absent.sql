-- Say that WorkOS was asked for an object and has none, and return what became of that.
-- Flow: called by the worker when a refetch finds nothing, and to delete what somebody says is
--       gone. Returns applied, or stale: deleted already, or written since the question.
-- Runs as: orgscope_definer, definer.
-- Raises: WS202 for a stub that lives, and for an object that the mirror does not have; WS203 for a
--         family that is not registered.
-- Why: what the mirror has and WorkOS does not is deleted, at once, without waiting for the event.
--      A stub stands for what was announced and never seen: that it is missing is no news but a
--      question, and a tombstone is final. It stays, gives no access by itself, and the next
--      reconcile tells. What was written since the question is asked about once more.
set local role orgscope_definer;

create or replace function sync.put_absent(family text, object_id text, read_at timestamptz)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_relation text;
  v_is_known boolean;
  v_was_dead boolean;
  v_is_dead boolean;
begin
  select f.relation into v_relation from sync.families as f where f.name = put_absent.family;
  if v_relation is null then
    raise exception using
      errcode = 'WS203', message = 'there is no such family',
      hint = 'See sync.families for their names.';
  end if;
  execute format(
    'select t.raw is not null, t.deleted_at is not null from %s as t where t.id = $1', v_relation
  ) into v_is_known, v_was_dead using object_id;
  if (v_is_known or v_was_dead) is not true then
    raise exception using
      errcode = 'WS202',
      message = 'WorkOS does not have what a child names as its parent',
      hint = 'Run orgscope reconcile: it asks again, and takes away what is not there.';
  end if;
  perform sync.repair_object(family, object_id, null, read_at);
  execute format('select t.deleted_at is not null from %s as t where t.id = $1', v_relation)
  into v_is_dead using object_id;
  if not v_is_dead then
    perform sync.add_task('refetch', concat_ws(':', family, object_id), interval '1 minute');
  end if;
  return case when v_is_dead and not v_was_dead then 'applied' else 'stale' end;
end
$$;

comment on function sync.put_absent(text, text, timestamptz)
is 'Say that WorkOS was asked for an object and has none.';
revoke all on function sync.put_absent(text, text, timestamptz) from public;
grant execute on function sync.put_absent(text, text, timestamptz) to orgscope_sync;
