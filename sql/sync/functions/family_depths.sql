-- Return how deep each family is below those that have no parents.
-- Flow: called by sync.store_events and sync.list_differences: parents come before their children.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: families that are each other's parents end the walk where it comes round.
set local role orgscope_definer;

create or replace function sync.family_depths()
returns table (name text, depth integer)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with recursive walk as (
    select f.name, 0 as depth, array[f.name] as path from sync.families as f
    union all
    select f.name, w.depth + 1, w.path || f.name
    from walk as w
    inner join sync.families as f on w.name in (select p.value from jsonb_each_text(f.parents) as p)
    where f.name <> all (w.path)
  )
  select w.name, max(w.depth) from walk as w group by w.name;
end
$$;

comment on function sync.family_depths()
is 'Return how deep each family is below those that have no parents.';
revoke all on function sync.family_depths() from public;
