-- Return objects with all that belongs to them: for each family the ids, as JSON.
-- Flow: called by sync.erase_objects.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: the families say what belongs to what; deleted objects belong still.
set local role orgscope_definer;

create or replace function sync.objects_below(objects jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_before jsonb;
  v_child record;
  v_ids jsonb;
begin
  loop
    v_before := objects;
    for v_child in
      select f.name, f.relation, p.key as parent_column, p.value as parent
      from sync.families as f cross join lateral jsonb_each_text(f.parents) as p
      where to_regclass(f.relation) is not null
      order by f.name, p.key
    loop
      execute format(
        'select jsonb_agg(i.id order by i.id) from (
           select k.id from jsonb_array_elements_text($1) as k (id)
           union
           select t.id from %s as t
           inner join jsonb_array_elements_text($2) as p (id) on t.%I = p.id
         ) as i', v_child.relation, v_child.parent_column
      ) into v_ids using objects -> v_child.name, objects -> v_child.parent;
      objects := objects || jsonb_strip_nulls(jsonb_build_object(v_child.name, v_ids));
    end loop;
    exit when objects = v_before;
  end loop;
  return objects;
end
$$;

comment on function sync.objects_below(jsonb)
is 'Return objects with all that belongs to them.';
revoke all on function sync.objects_below(jsonb) from public;
