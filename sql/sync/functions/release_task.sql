-- Give a claimed task back that was not begun, or not ended, as if it had not been claimed.
-- Flow: the worker, when it is told to end.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing; one whose lease ended belongs to whoever claimed it since.
-- Why: without it the next worker would wait until the lease ends.
set local role orgscope_definer;

create or replace function sync.release_task(kind text, key text, attempts integer)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  update sync.tasks as t
  set lease_until = null, attempts = t.attempts - 1, due_at = now()
  where t.kind = release_task.kind and t.key = release_task.key
    and t.attempts = release_task.attempts;
end
$$;

comment on function sync.release_task(text, text, integer)
is 'Give a claimed task back as if it had not been claimed.';
revoke all on function sync.release_task(text, text, integer) from public;
grant execute on function sync.release_task(text, text, integer) to orgscope_sync;
