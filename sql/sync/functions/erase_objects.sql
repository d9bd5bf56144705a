-- Erase objects and all that belongs to them, and report what that did to which table.
-- Flow: step 2 of sync.erase_user and sync.erase_organization. addresses are the person's own.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS205 when nobody here knows them; WS308 when the tombstone key is missing.
-- Why: of each id a keyed digest stays, so that nothing that names it comes back. A wrong id must
--      not become one of these, for there is no way to take it back.
set local role orgscope_definer;

create or replace function sync.erase_objects(objects jsonb, addresses text[])
returns setof sync.erasure
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_all constant jsonb := sync.objects_below(objects);
  v_ids constant text[] := array(
    select i.id from jsonb_each(v_all) as f
    cross join lateral jsonb_array_elements_text(f.value) as i (id)
  );
  v_family record;
  v_step sync.erasure;
  v_added bigint;
  v_erased bigint := 0;
begin
  v_added := authz.put_tombstone(variadic v_ids);
  for v_family in
    select f.relation, v_all -> f.name as ids from sync.families as f
    where v_all ? f.name order by f.name
  loop
    execute format(
      'delete from %s as t using jsonb_array_elements_text($1) as i (id) where t.id = i.id',
      v_family.relation
    ) using v_family.ids;
    v_step := (v_family.relation, 'deleted', 0);
    get diagnostics v_step.number = row_count;
    v_erased := v_erased + v_step.number;
    return next v_step;
  end loop;
  for v_step in
    select r.* from sync.erase_records(v_all, v_ids) as r
    union all
    select b.* from sync.blank_objects(v_ids) as b
    union all
    select e.* from sync.erase_events(v_ids, addresses) as e
  loop
    v_erased := v_erased + v_step.number;
    return next v_step;
  end loop;
  if v_erased = 0 and v_added > 0 then
    raise exception using
      errcode = 'WS205',
      message = 'neither the mirror nor the inbox knows of it, so nothing was erased',
      hint = 'See that the id is right, and that this is the right database.';
  end if;
  return next ('authz.tombstones', 'added', v_added)::sync.erasure;
end
$$;

comment on function sync.erase_objects(jsonb, text[])
is 'Erase objects and all that belongs to them, and report what that did to which table.';
revoke all on function sync.erase_objects(jsonb, text[]) from public;
