-- Add to a run the lists of a family that WorkOS keeps for each parent.
-- Flow: called by sync.open_run and sync.next_lists, once the parents are known.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: the parents are those that the run has just listed, or the one that it is about. A stub or a
--      tombstone has no lists.
set local role orgscope_definer;

create or replace function sync.add_lists(run_id bigint, family text, parent_id text default null)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_family sync.families;
begin
  select f.* into v_family from sync.families as f where f.name = add_lists.family;
  execute format(
    'insert into sync.run_lists (run_id, path, family, parent_column, parent_id)
     select $1, l.path, $2, $3, t.id
     from %s as t
     cross join unnest($4) as p (path)
     cross join lateral sync.fill_path(p.path, t.raw || jsonb_build_object(''id'', t.id)) as l (path)
     where t.raw is not null and t.deleted_at is null and strpos(p.path, ''{'') > 0
       and l.path is not null
       and (t.id = $5 or $5 is null and exists (
         select from sync.run_objects as o
         where o.run_id = $1 and o.family = $6 and o.object_id = t.id
       ))
     on conflict on constraint run_lists_pkey do nothing',
    (select parent.relation from sync.families as parent where parent.name = v_family.list_parent)
  ) using
    add_lists.run_id, v_family.name,
    (select p.key from jsonb_each_text(v_family.parents) as p where p.value = v_family.list_parent),
    v_family.list_paths, add_lists.parent_id, v_family.list_parent;
  update sync.runs as r set expanded = r.expanded || v_family.name
  where r.run_id = add_lists.run_id;
end
$$;

comment on function sync.add_lists(bigint, text, text)
is 'Add to a run the lists of a family that WorkOS keeps for each parent.';
revoke all on function sync.add_lists(bigint, text, text) from public;
