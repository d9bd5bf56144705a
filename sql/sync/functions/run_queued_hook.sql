-- Run a project's function that failed when the mirror changed, once more.
-- Flow: the worker, with the key of a task; sync.run_hook queued it.
-- Runs as: orgscope_definer, definer.
-- Raises: WS204 when no such hook is queued; and what the hook raises.
-- Why: only what the mirror itself has queued is run, so that the login of the worker cannot call
--      what it likes with the definer's rights. Here the hook may wait for locks as long as the
--      login may: nobody waits for it.
set local role orgscope_definer;

create or replace function sync.run_queued_hook(key text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_hook text;
  v_arguments text[];
begin
  if not exists (
    select from sync.tasks as t where t.kind = 'hook' and t.key = run_queued_hook.key
  ) then
    raise exception using errcode = 'WS204', message = 'no such hook is queued';
  end if;
  v_hook := split_part(key, ':[', 1);
  v_arguments := array(
    select a.value from json_array_elements_text(substr(key, length(v_hook) + 2)::json)
      with ordinality as a (value, place)
    order by a.place
  );
  execute format('select %s(%s)', v_hook::regproc, (
    select string_agg(format('$1[%s]', i), ', ' order by i)
    from generate_subscripts(v_arguments, 1) as i
  )) using v_arguments;
end
$$;

comment on function sync.run_queued_hook(text)
is 'Run a project''s function that failed when the mirror changed, once more.';
revoke all on function sync.run_queued_hook(text) from public;
grant execute on function sync.run_queued_hook(text) to orgscope_sync;
