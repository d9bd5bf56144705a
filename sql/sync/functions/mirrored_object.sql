-- Return an object as the mirror has it; null for what is unknown, a stub, deleted or erased.
-- Flow: called by orgscope.sync before it asks WorkOS, or where WorkOS is away.
-- Runs as: orgscope_definer, definer.
-- Raises: WS203 for a family that is not registered.
-- Why: the login of sync reads no table; this shows it one object, to whoever knows the id. A stub
--      is nobody yet, and what is erased stays so, also where WorkOS brought it back.
-- Example: select sync.mirrored_object('user', 'user_01…');
set local role orgscope_definer;

create or replace function sync.mirrored_object(family text, object_id text)
returns jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_family sync.families;
  v_raw jsonb;
begin
  select f.* into v_family from sync.families as f where f.name = mirrored_object.family;
  if v_family.name is null then
    raise exception using
      errcode = 'WS203', message = 'there is no such family',
      hint = 'See sync.families for their names.';
  end if;
  execute format('select t.raw from %s as t where t.id = $1 and t.deleted_at is null',
    v_family.relation) into v_raw using object_id;
  return case when not sync.concerns_erased(v_family, v_raw) then v_raw end;
end
$$;

comment on function sync.mirrored_object(text, text) is 'Return an object as the mirror has it.';
revoke all on function sync.mirrored_object(text, text) from public;
grant execute on function sync.mirrored_object(text, text) to orgscope_sync;
