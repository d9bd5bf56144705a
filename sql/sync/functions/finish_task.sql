-- End a task that is done; one that was asked for again meanwhile is due when that said.
-- Flow: step 2 of the worker, with the generation that sync.claim_tasks returned.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing; a task that is gone was done by somebody else.
-- Why: the work may have begun before what was asked for meanwhile, so it does not count for that.
--      The work itself may have asked for another try, such as in a minute: sync.put_absent.
set local role orgscope_definer;

create or replace function sync.finish_task(kind text, key text, generation bigint)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  delete from sync.tasks as t
  where t.kind = finish_task.kind and t.key = finish_task.key
    and t.generation = finish_task.generation;
  if not found then
    update sync.tasks as t
    set lease_until = null, attempts = 0, failures = 0, error = null
    where t.kind = finish_task.kind and t.key = finish_task.key;
  end if;
end
$$;

comment on function sync.finish_task(text, text, bigint)
is 'End a task that is done.';
revoke all on function sync.finish_task(text, text, bigint) from public;
grant execute on function sync.finish_task(text, text, bigint) to orgscope_sync;
