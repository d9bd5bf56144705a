-- Make the least that a delete needs from its payload: what its key is made of, and updated_at.
-- Flow: called by sync.apply_object when a delete failed with all of its payload.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing; what cannot be read is left out, and without an id the upsert says so.
-- Why: access must not live on because of a field that a delete does not need. Of an object inside
--      it the id is enough. Where the key is made of parts, none is left out: the rest would be the
--      key of something else, as a slug alone is that of a role of the environment.
set local role orgscope_definer;

create or replace function sync.make_tombstone(family sync.families, payload jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_keys constant text[] := array['id', 'slug'] || array(select jsonb_object_keys(family.parents));
  v_has_id constant boolean := payload ? 'id';
  v_tombstone jsonb := jsonb_build_object();
  v_field record;
begin
  for v_field in select e.key, e.value from jsonb_each(
    case when jsonb_typeof(payload) = 'object' then payload end
  ) as e loop
    begin
      if v_field.key = any (v_keys) or (v_field.key = 'object' and not v_has_id) then
        perform sync.object_id(payload, v_field.key);
        v_tombstone := v_tombstone || jsonb_build_object(v_field.key, v_field.value);
      elsif v_field.key = 'updated_at' then
        perform workos.timestamp_v1(v_field.value #>> '{}');
        v_tombstone := v_tombstone || jsonb_build_object(v_field.key, v_field.value);
      elsif jsonb_typeof(v_field.value) = 'object' then
        v_tombstone := v_tombstone || jsonb_build_object(
          v_field.key, jsonb_build_object('id', sync.object_id(v_field.value))
        );
      end if;
    exception when sqlstate 'WS201' or data_exception then
      if v_field.key = any (v_keys) and not v_has_id then
        v_tombstone := v_tombstone || jsonb_build_object(v_field.key, v_field.value);
      end if;
    end;
  end loop;
  return v_tombstone;
end
$$;

comment on function sync.make_tombstone(sync.families, jsonb)
is 'Make the least that a delete needs from its payload.';
revoke all on function sync.make_tombstone(sync.families, jsonb) from public;
