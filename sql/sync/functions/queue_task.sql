-- Ask the worker to read something again, or to fetch the signing keys.
-- Flow: called by the service when it meets an unknown key, and by people.
-- Runs as: orgscope_definer, definer.
-- Raises: WS103 for work that the login of sync may not ask for.
-- Why: a hook runs as the definer; whoever could queue one by name could call any function with its
--      rights. What may be asked for here is harmless and may be asked for at any time.
-- Example: select sync.queue_task('refetch', 'user:user_01…');
set local role orgscope_definer;

create or replace function sync.queue_task(kind text, key text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if (kind in ('refetch', 'keys')) is not true then
    raise exception using
      errcode = 'WS103',
      message = 'only refetch and keys can be asked for',
      hint = 'A hook and an event are queued where they fail.';
  end if;
  perform sync.add_task(kind, key);
end
$$;

comment on function sync.queue_task(text, text)
is 'Ask the worker to read something again, or to fetch the signing keys.';
revoke all on function sync.queue_task(text, text) from public;
grant execute on function sync.queue_task(text, text) to orgscope_sync;
