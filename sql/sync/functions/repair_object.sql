-- Make the mirror say of one object what WorkOS says of it, whatever the mirror said.
-- Flow: called by sync.settle_difference, and by sync.put_absent for what is gone.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS101, WS201 for an odd body.
-- Why: an object that is gone has no payload, so the tombstone is made of what the mirror knows. It
--      is written as a delete, whose consequences are those of every delete. Nobody who was erased
--      comes back.
set local role orgscope_definer;

create or replace function sync.repair_object(
  family text,
  object_id text,
  body text,
  read_at timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_family sync.families;
  v_erased text[];
  v_parsed record;
  v_result record;
begin
  select f.* into strict v_family from sync.families as f where f.name = repair_object.family;
  if body is null then
    execute format(
      'update %s as t set deleted_at = $2, synced_at = $2, origin = ''repair''
       where t.id = $1 and t.deleted_at is null and t.synced_at < $2', v_family.relation
    ) using object_id, read_at;
    perform sync.confirm_delete(v_family.relation::regclass, object_id, read_at);
    return;
  end if;
  v_erased := sync.erased_in(body);
  v_parsed := sync.parse_object(body);
  if sync.belongs_to(v_family, v_parsed.value, v_erased) then
    return;
  end if;
  v_result := sync.apply_object(
    v_family, sync.blank(v_parsed.value, v_erased), ('', read_at, 'repair', false, v_parsed.lossy, null)
  );
  if coalesce(v_parsed.error, v_result.error) is not null then
    raise exception using
      errcode = left(coalesce(v_parsed.error, v_result.error), 5),
      message = substr(coalesce(v_parsed.error, v_result.error), 7);
  end if;
end
$$;

comment on function sync.repair_object(text, text, text, timestamptz)
is 'Make the mirror say of one object what WorkOS says of it.';
revoke all on function sync.repair_object(text, text, text, timestamptz) from public;
