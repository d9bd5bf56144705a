-- Apply one object of a family through its upsert, and return what became of it, and why not.
-- Flow: called by sync.apply_event, by sync.apply_read, and by an upsert for a nested object.
-- Runs as: orgscope_definer, invoker.
-- Raises: only what sync.is_retryable says is the database's.
-- Why: the family says which function; there is no list of families here. Each try is a savepoint:
--      a poison object must not stop the stream, nor be lost. One that failed is tried once more
--      with what can be read of it, and a delete with what a tombstone needs, so that no odd field
--      keeps access alive.
set local role orgscope_definer;

create or replace function sync.apply_object(
  family sync.families,
  payload jsonb,
  change sync.change,
  out keys text[],
  out outcome text,
  out error text
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_applied integer;
  v_tried boolean;
begin
  loop
    begin
      if (jsonb_typeof(payload) = 'object') is not true then
        raise exception using errcode = 'WS201', message = 'data must be a JSON object';
      end if;
      execute format('select * from %s(array[$1], $2)', family.upsert)
      into strict keys, v_applied using payload, change;
      outcome := case when v_applied > 0 then 'applied' else 'stale' end;
      return;
    exception when others or assert_failure then
      if sync.is_retryable(sqlstate) then
        raise;
      end if;
      if v_tried then
        outcome := 'failed';
        error := concat_ws(' ', sqlstate, sqlerrm);
        return;
      end if;
      v_tried := true;
    end;
    change.lossy := true;
    if change.deleted then
      payload := sync.make_tombstone(family, payload);
    end if;
  end loop;
end
$$;

comment on function sync.apply_object(sync.families, jsonb, sync.change)
is 'Apply one object of a family through its upsert function.';
revoke all on function sync.apply_object(sync.families, jsonb, sync.change) from public;
