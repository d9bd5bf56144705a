-- Make the least that a delete needs from its payload: id, ids of parents, and updated_at.
-- Flow: called by sync.apply_object when a delete failed with all of its payload.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing; what cannot be read is left out, and without an id the upsert says so.
-- Why: access must not live on because of a field that a delete does not need.
set local role orgscope_definer;

create or replace function sync.make_tombstone(family sync.families, payload jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_tombstone jsonb := jsonb_build_object();
  v_name text;
begin
  for v_name in
    select 'id' union all select 'updated_at' union all select jsonb_object_keys(family.parents)
  loop
    begin
      perform sync.object_id(payload, v_name);
      if v_name = 'updated_at' then
        perform workos.timestamp_v1(payload ->> v_name);
      end if;
      v_tombstone := v_tombstone || jsonb_build_object(v_name, payload -> v_name);
    exception when sqlstate 'WS201' or data_exception then
      continue;
    end;
  end loop;
  return v_tombstone;
end
$$;

comment on function sync.make_tombstone(sync.families, jsonb)
is 'Make the least that a delete needs from its payload.';
revoke all on function sync.make_tombstone(sync.families, jsonb) from public;
