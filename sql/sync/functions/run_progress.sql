-- Return how far the unfinished run of a kind has come in each family; run_id is null without one.
-- Flow: before a run begins, for who watches it: orgscope backfill and orgscope reconcile.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: known is about how many rows the mirror has, as the planner last counted: exact counts of
--      large tables take longer than they are worth. 0 where it never counted.
set local role orgscope_definer;

create or replace function sync.run_progress(kind text, repair boolean default false)
returns table (run_id bigint, family text, listed bigint, known bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return query
  select
    r.run_id, f.name,
    (
      select coalesce(sum(l.listed), 0)::bigint from sync.run_lists as l
      where l.run_id = r.run_id and l.family = f.name
    ),
    greatest(c.reltuples, 0)::bigint
  from sync.families as f
  inner join pg_class as c on c.oid = to_regclass(f.relation)
  left join sync.runs as r
    on r.state = 'running' and r.scope = 'all'
    and r.kind = run_progress.kind and r.repair = run_progress.repair
  where f.list_paths <> '{}'
  order by f.name;
end
$$;

comment on function sync.run_progress(text, boolean)
is 'Return how far the unfinished run of a kind has come in each family.';
revoke all on function sync.run_progress(text, boolean) from public;
grant execute on function sync.run_progress(text, boolean) to orgscope_sync;
