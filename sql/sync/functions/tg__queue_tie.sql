-- Ask for an object to be read again when two versions had the same time and other content.
-- Flow: trigger _200_queue_tie of every mirror table, on an update that left the version's time equal.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: the larger event id won, which is deterministic and not proof: only WorkOS knows.
set local role orgscope_definer;

create or replace function sync.tg__queue_tie()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  perform sync.queue_task('refetch', f.name || ':' || new.id)
  from sync.families as f
  where f.relation = format('%I.%I', tg_table_schema, tg_table_name);
  return null;
end
$$;

comment on function sync.tg__queue_tie()
is 'Ask for an object to be read again when two versions had the same time.';
revoke all on function sync.tg__queue_tie() from public;
grant execute on function sync.tg__queue_tie() to orgscope_owner;
