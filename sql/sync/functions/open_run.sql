-- Begin a backfill or a reconcile, or go on with the one that was interrupted.
-- Flow: step 1 of a run; sync.next_lists is step 2. scope is all, or a parent such as
--       organization:org_01… whose lists are read.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing; null when another process is at it.
-- Why: a lease by this database's clock, which every page renews: two that begin at the same time
--      are one run, and one that died is gone on with, unless what it
--      saw is older than a day.
set local role orgscope_definer;

create or replace function sync.open_run(
  kind text,
  scope text default 'all',
  repair boolean default false,
  lease interval default '2 minutes'
)
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_run sync.runs;
begin
  select r.* into v_run from sync.runs as r
  where r.state = 'running' and r.kind = open_run.kind and r.scope = open_run.scope
    and r.repair = open_run.repair
  for update;
  if v_run.lease_until > clock_timestamp() then
    return null;
  elsif v_run.started_at < clock_timestamp() - interval '1 day' then
    perform sync.close_run(v_run.run_id, 'It was interrupted for more than a day.');
  elsif v_run.run_id is not null then
    update sync.runs as r set lease_until = clock_timestamp() + lease
    where r.run_id = v_run.run_id;
    return v_run.run_id;
  end if;
  insert into sync.runs as r (kind, scope, repair, lease_until)
  values (open_run.kind, open_run.scope, open_run.repair, clock_timestamp() + lease)
  on conflict do nothing
  returning r.* into v_run;
  if v_run.run_id is null then
    return null;
  elsif open_run.scope = 'all' then
    insert into sync.run_lists (run_id, path, family)
    select v_run.run_id, p.path, f.name from sync.families as f
    cross join unnest(f.list_paths) as p (path)
    where strpos(p.path, '{') = 0;
  else
    perform sync.add_lists(v_run.run_id, f.name, split_part(v_run.scope, ':', 2))
    from sync.families as f where f.list_parent = split_part(v_run.scope, ':', 1);
  end if;
  return v_run.run_id;
end
$$;

comment on function sync.open_run(text, text, boolean, interval)
is 'Begin a backfill or a reconcile, or go on with the one that was interrupted.';
revoke all on function sync.open_run(text, text, boolean, interval) from public;
grant execute on function sync.open_run(text, text, boolean, interval) to orgscope_sync;
