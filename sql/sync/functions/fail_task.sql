-- Put a task back that failed, for later; after too many attempts it is a dead letter.
-- Flow: step 2 of the worker, with what sync.claim_tasks returned. retry_after is what WorkOS asked
--      for, if it did.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing; one whose lease ended belongs to whoever claimed it since.
-- Why: the pauses double from 2 seconds to an hour, each cut by chance, so that what failed
--      together does not return together. A dead letter stays, with its reason, until it is asked
--      for again.
set local role orgscope_definer;

create or replace function sync.fail_task(
  kind text,
  key text,
  attempts integer,
  error text,
  retry_after interval default '0',
  most_attempts integer default 12
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_longest constant interval := least(interval '1 hour', interval '1 second' * 2 ^ least(attempts, 20));
begin
  update sync.tasks as t
  set error = left(fail_task.error, 1000), lease_until = null,
      due_at = case
        when t.attempts >= most_attempts then 'infinity'
        else now() + greatest(retry_after * (1 + random() / 4), v_longest * (0.5 + random() / 2))
      end
  where t.kind = fail_task.kind and t.key = fail_task.key
    and t.attempts = fail_task.attempts;
end
$$;

comment on function sync.fail_task(text, text, integer, text, interval, integer)
is 'Put a task back that failed, for later.';
revoke all on function sync.fail_task(text, text, integer, text, interval, integer) from public;
grant execute on function sync.fail_task(text, text, integer, text, interval, integer)
to orgscope_sync;
