-- Note the stubs that no list of a reconcile filled.
-- Flow: step 4 of a reconcile, once, beside sync.find_orphans for each list.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: a stub stands for a parent that nobody saw, and what hangs on it is in no list that a run
--      reads: the lists of a parent are read only when the parent is listed. It is suspected, so
--      WorkOS is asked; a parent that is gone takes what hangs on it along. A run of one parent has
--      not seen enough.
set local role orgscope_definer;

create or replace function sync.find_stubs(run_id bigint)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_run sync.runs;
  v_family sync.families;
begin
  select r.* into v_run from sync.runs as r
  where r.run_id = find_stubs.run_id and r.scope = 'all';
  for v_family in
    select f.* from sync.families as f where cardinality(f.get_paths) > 0 order by f.name
  loop
    execute format(
      'insert into sync.differences (run_id, family, object_id, kind, state)
       select $1, $2, t.id, ''orphan'', ''suspected'' from %s as t
       where t.raw is null and t.deleted_at is null and t.synced_at < $3
       on conflict on constraint differences_pkey do nothing', v_family.relation
    ) using v_run.run_id, v_family.name, v_run.started_at;
  end loop;
end
$$;

comment on function sync.find_stubs(bigint)
is 'Note the stubs that no list of a reconcile filled.';
revoke all on function sync.find_stubs(bigint) from public;
grant execute on function sync.find_stubs(bigint) to orgscope_sync;
