-- Return how many differences of each state a reconcile found.
-- Flow: the end of a run, for the worker: only a report has to name them.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: a field that WorkOS gives to every user makes a difference of each.
set local role orgscope_definer;

create or replace function sync.count_differences(run_id bigint)
returns table (state text, number bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return query
  select d.state, count(*) from sync.differences as d
  where d.run_id = count_differences.run_id
  group by d.state;
end
$$;

comment on function sync.count_differences(bigint)
is 'Return how many differences of each state a reconcile found.';
revoke all on function sync.count_differences(bigint) from public;
grant execute on function sync.count_differences(bigint) to orgscope_sync;
