-- Run a project's function inside a savepoint, or queue it where it fails.
-- Flow: called by a project's trigger on a mirror table; what failed waits in sync.tasks.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing of the hook's; 57014 when the whole statement is cancelled.
-- Why: a tenant must not stop the mirror. It can lock its own rows for as long as it likes, so the
--      hooks of one statement wait 200 ms for locks, all together, and then hardly at all. The
--      savepoint of a hook that failed takes the time-out back, too. The key of the task has the
--      arguments as JSON: an id may hold a colon (ADR 15), and null is not nothing.
-- Example: perform sync.run_hook('app.sync_profile', new.organization_id, new.user_id);
set local role orgscope_definer;

create or replace function sync.run_hook(hook text, variadic arguments text[])
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_wait_ms constant integer := 200;
  v_spent_ms constant numeric :=
    1000 * extract(epoch from clock_timestamp() - statement_timestamp());
  v_callers_timeout constant text := current_setting('lock_timeout');
begin
  perform set_config('lock_timeout', greatest(1, v_wait_ms - v_spent_ms)::integer::text, true);
  execute format('select %s(%s)', hook::regproc, (
    select string_agg(format('$1[%s]', i), ', ' order by i)
    from generate_subscripts(arguments, 1) as i
  )) using arguments;
  perform set_config('lock_timeout', v_callers_timeout, true);
exception when others or assert_failure then
  perform sync.add_task(
    'hook', concat(hook, ':', coalesce(to_json(arguments)::text, '[]')),
    error => concat_ws(' ', sqlstate, sqlerrm)
  );
end
$$;

comment on function sync.run_hook(text, text[])
is 'Run a project''s function inside a savepoint, or queue it where it fails.';
revoke all on function sync.run_hook(text, text[]) from public;
