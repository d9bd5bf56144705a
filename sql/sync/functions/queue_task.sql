-- Ask for work to be done outside of this request; asking twice is asking once.
-- Flow: called where the mirror needs a refetch, where a hook failed, where a key is unknown.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: generation rises while somebody works on the task, so that what was asked for meanwhile is
--      not lost with its completion.
set local role orgscope_definer;

create or replace function sync.queue_task(
  kind text,
  key text,
  delay interval default '0',
  error text default null
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  insert into sync.tasks as t (kind, key, due_at, error)
  values (queue_task.kind, queue_task.key, now() + delay, queue_task.error)
  on conflict on constraint tasks_pkey do update
    set generation = t.generation + 1,
        due_at = least(t.due_at, excluded.due_at),
        error = coalesce(excluded.error, t.error);
end
$$;

comment on function sync.queue_task(text, text, interval, text)
is 'Ask for work to be done outside of this request.';
revoke all on function sync.queue_task(text, text, interval, text) from public;
grant execute on function sync.queue_task(text, text, interval, text) to orgscope_sync;
