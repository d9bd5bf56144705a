-- Apply one object of a family through its upsert function and return the outcome.
-- Flow: called by sync.apply_event, and by sync.apply_read with what an API read returned.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 for a payload that is not an object, and what the upsert raises.
-- Why: the family says which function; there is no list of families here.
set local role orgscope_definer;

create or replace function sync.apply_object(
  family sync.families,
  payload jsonb,
  change sync.change
)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_outcome text;
begin
  if (jsonb_typeof(payload) = 'object') is not true then
    raise exception using errcode = 'WS201', message = 'data must be a JSON object';
  end if;
  execute format('select %s($1, $2)', family.upsert) into strict v_outcome using payload, change;
  return v_outcome;
end
$$;

comment on function sync.apply_object(sync.families, jsonb, sync.change)
is 'Apply one object of a family through its upsert function.';
revoke all on function sync.apply_object(sync.families, jsonb, sync.change) from public;
