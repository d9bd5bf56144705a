-- Return what a reconcile found, of one state or of all.
-- Flow: the report of a run, and its questions to WorkOS.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: ids and names of fields, never what is in them. Parents come before their children, because
--      a child is not mended while its parent is dead.
set local role orgscope_definer;

create or replace function sync.list_differences(run_id bigint, state text default null)
returns setof sync.differences
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return query
  select d.* from sync.differences as d
  left join sync.family_depths() as p on d.family = p.name
  where d.run_id = list_differences.run_id
    and (list_differences.state is null or d.state = list_differences.state)
  order by p.depth, d.family, d.object_id;
end
$$;

comment on function sync.list_differences(bigint, text)
is 'Return what a reconcile found, of one state or of all.';
revoke all on function sync.list_differences(bigint, text) from public;
grant execute on function sync.list_differences(bigint, text) to orgscope_sync;
