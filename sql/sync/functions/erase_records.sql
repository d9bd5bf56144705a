-- Erase what sync keeps about objects besides their events, and report it.
-- Flow: called by sync.erase_objects. objects are the ids by family, ids all of them.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: an id is a name, too. What a run reads from where a deleted id stood begins that list again;
--      a list or a run that was about one is nothing without it. A change of an object that stays
--      stays, and no longer says in which organization.
set local role orgscope_definer;

create or replace function sync.erase_records(objects jsonb, ids text[])
returns setof sync.erasure
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_step sync.erasure;
begin
  for v_step in
    select * from (
      values ('sync.history'), ('sync.changes'), ('sync.differences'), ('sync.run_objects')
    ) as t (relation)
    cross join (values ('deleted', 0::bigint)) as d (action, number)
  loop
    execute format(
      'delete from %s as t
       using jsonb_each($1) as f, jsonb_array_elements_text(f.value) as i (id)
       where t.family = f.key and t.object_id = i.id', v_step.relation
    ) using objects;
    get diagnostics v_step.number = row_count;
    return next v_step;
  end loop;
  update sync.changes as c set organization_id = null where c.organization_id = any (ids);
  v_step := ('sync.changes', 'blanked', 0);
  get diagnostics v_step.number = row_count;
  return next v_step;
  delete from sync.runs as r where split_part(r.scope, ':', 2) = any (ids);
  v_step := ('sync.runs', 'deleted', 0);
  get diagnostics v_step.number = row_count;
  return next v_step;
  delete from sync.run_lists as l where l.parent_id = any (ids);
  v_step := ('sync.run_lists', 'deleted', 0);
  get diagnostics v_step.number = row_count;
  return next v_step;
  update sync.run_lists as l set cursor_id = null where l.cursor_id = any (ids);
  v_step := ('sync.run_lists', 'blanked', 0);
  get diagnostics v_step.number = row_count;
  return next v_step;
  delete from sync.tasks as t
  where t.kind <> 'event' and regexp_split_to_array(t.key, '[]:",[]+') && ids;
  v_step := ('sync.tasks', 'deleted', 0);
  get diagnostics v_step.number = row_count;
  return next v_step;
end
$$;

comment on function sync.erase_records(jsonb, text[])
is 'Erase what sync keeps about objects besides their events, and report it.';
revoke all on function sync.erase_records(jsonb, text[]) from public;
