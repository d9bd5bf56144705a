-- Put work into the queue of the worker; asking twice is asking once.
-- Flow: called where the mirror needs a refetch, where a hook or an event failed; sync.queue_task
--       is for those outside.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: generation rises while somebody works on the task, so that what was asked for meanwhile is
--      not lost with its completion. A dead letter that is asked for again lives again.
set local role orgscope_definer;

create or replace function sync.add_task(
  kind text,
  key text,
  delay interval default '0',
  error text default null
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  insert into sync.tasks as t (kind, key, due_at, error)
  values (add_task.kind, add_task.key, now() + delay, add_task.error)
  on conflict on constraint tasks_pkey do update
    set generation = t.generation + 1,
        due_at = least(t.due_at, excluded.due_at),
        attempts = case when t.due_at = 'infinity' then 0 else t.attempts end,
        failures = case when t.due_at = 'infinity' then 0 else t.failures end,
        error = coalesce(excluded.error, t.error);
end
$$;

comment on function sync.add_task(text, text, interval, text)
is 'Put work into the queue of the worker.';
revoke all on function sync.add_task(text, text, interval, text) from public;
