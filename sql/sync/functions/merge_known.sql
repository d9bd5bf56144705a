-- Put an answer that leaves fields out over what the mirror has of the object, and hold its row.
-- Flow: called by sync.apply_read for a partial answer, which then competes like any read.
-- Runs as: orgscope_definer, invoker.
-- Raises: 22023 for any family but user and organization; WS201 when the payload has no id.
-- Why: what an answer leaves out is not gone. Only a row can be held, so a stub is made where
--      there is none: else a whole object that comes meanwhile would lose its fields. Whether what
--      is left out changed with a version that the mirror did not have, nobody knows: it is read
--      again.
set local role orgscope_definer;

create or replace function sync.merge_known(
  family sync.families,
  inout payload jsonb,
  inout lossy boolean
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id constant text := sync.object_id(payload);
  v_raw jsonb;
  v_lossy boolean;
  v_is_dead boolean;
begin
  perform sync.make_stub(family.name, v_id);
  execute format(
    'select t.raw, t.lossy, t.deleted_at is not null from %s as t where t.id = $1 for update',
    family.relation
  ) into strict v_raw, v_lossy, v_is_dead using v_id;
  if not v_is_dead and v_raw -> 'updated_at' is distinct from payload -> 'updated_at' then
    perform sync.add_task('refetch', concat_ws(':', family.name, v_id), interval '1 minute');
  end if;
  payload := coalesce(v_raw, jsonb_build_object()) || payload;
  lossy := lossy or v_lossy;
end
$$;

comment on function sync.merge_known(sync.families, jsonb, boolean)
is 'Put an answer that leaves fields out over what the mirror has of the object.';
revoke all on function sync.merge_known(sync.families, jsonb, boolean) from public;
