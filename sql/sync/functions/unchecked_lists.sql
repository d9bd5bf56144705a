-- Return the lists of a run that were read to their end, and not yet searched for what they lack.
-- Flow: step 4 of a reconcile; sync.find_orphans follows for each.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: a run that was killed between the end of a list and the search goes on with the search.
set local role orgscope_definer;

create or replace function sync.unchecked_lists(run_id bigint)
returns setof text
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return query
  select l.path from sync.run_lists as l
  where l.run_id = unchecked_lists.run_id and l.state = 'done'
  order by l.path;
end
$$;

comment on function sync.unchecked_lists(bigint)
is 'Return the lists of a run that were read to their end, and not yet searched.';
revoke all on function sync.unchecked_lists(bigint) from public;
grant execute on function sync.unchecked_lists(bigint) to orgscope_sync;
