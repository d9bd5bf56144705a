-- Put a task back that failed, for later; after too many failures it is a dead letter.
-- Flow: step 2 of the worker, with what sync.claim_tasks returned. retry_after is what WorkOS asked
--      for, if it did; sqlstate is the database's, if it was that; passes says that the reason is
--      known to pass, such as a WorkOS that is away.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing; one whose lease ended belongs to whoever claimed it since.
-- Why: the pauses double from 2 seconds to an hour, each cut by chance, so that what failed
--      together does not return together. A dead letter stays, with its reason, until it is asked
--      for again. What passes by itself, as everything of sync.is_retryable, says nothing about
--      the task: it never makes a dead letter, and the pause ends at 5 minutes, because access that
--      is to be taken away may wait for it.
set local role orgscope_definer;

create or replace function sync.fail_task(
  kind text,
  key text,
  attempts integer,
  error text,
  retry_after interval default '0',
  most_failures integer default 12,
  sqlstate text default null,
  passes boolean default false
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_passes constant boolean := passes or coalesce(sync.is_retryable(sqlstate), false);
  v_longest constant interval := case when v_passes then '5 minutes' else '1 hour' end;
  v_failures integer;
begin
  select t.failures + (not v_passes)::integer into v_failures from sync.tasks as t
  where t.kind = fail_task.kind and t.key = fail_task.key and t.attempts = fail_task.attempts
  for update;
  update sync.tasks as t
  set error = left(concat_ws(' ', fail_task.sqlstate, fail_task.error), 1000), lease_until = null,
      failures = v_failures,
      due_at = case
        when v_failures >= most_failures then 'infinity'
        else now() + greatest(
          retry_after * (1 + random() / 4),
          least(
            v_longest,
            interval '1 second' * 2 ^ least(case when v_passes then t.attempts else v_failures end, 20)
          ) * (0.5 + random() / 2)
        )
      end
  where t.kind = fail_task.kind and t.key = fail_task.key and t.attempts = fail_task.attempts;
end
$$;

comment on function sync.fail_task(text, text, integer, text, interval, integer, text, boolean)
is 'Put a task back that failed, for later.';
revoke all on function sync.fail_task(
  text, text, integer, text, interval, integer, text, boolean
) from public;
grant execute on function sync.fail_task(
  text, text, integer, text, interval, integer, text, boolean
) to orgscope_sync;
