-- Return how deep each family is below those that have no parents.
-- Flow: called by sync.group_events and sync.list_differences: parents come before their children.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: families that are each other's parents end the walk where it comes round. It is a walk over
--      arrays, because the planner thinks a recursive query so large that it compiles it each time.
set local role orgscope_definer;

create or replace function sync.family_depths()
returns table (name text, depth integer)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_done text[] := '{}';
  v_level text[];
begin
  depth := 0;
  loop
    v_level := array(
      select f.name from sync.families as f
      where f.name <> all (v_done) and not exists (
        select from jsonb_each_text(f.parents) as p
        where p.value <> all (v_done) and p.value <> f.name
      )
    );
    exit when cardinality(v_level) = 0;
    foreach name in array v_level loop
      return next;
    end loop;
    v_done := v_done || v_level;
    depth := depth + 1;
  end loop;
  return query select f.name, family_depths.depth from sync.families as f where f.name <> all (v_done);
end
$$;

comment on function sync.family_depths()
is 'Return how deep each family is below those that have no parents.';
revoke all on function sync.family_depths() from public;
