-- Take tasks that are due, for as long as the lease lasts, and return them.
-- Flow: step 1 of the worker; it commits before it works, and ends with sync.finish_task or
--       sync.fail_task.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: several workers may ask at once: none waits for another, and none gets what another has. A
--      worker that dies holds its tasks until the lease ends, by this database's clock. Until then
--      a task is not due, so that what sync.add_task asks for meanwhile is when it is due next.
set local role orgscope_definer;

create or replace function sync.claim_tasks(
  kinds text[],
  most integer default 1,
  lease interval default '1 minute'
)
returns setof sync.tasks
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return query
  update sync.tasks as t
  set attempts = t.attempts + 1, lease_until = clock_timestamp() + lease,
      due_at = clock_timestamp() + lease
  from (
    select d.kind, d.key from sync.tasks as d
    where d.kind = any (kinds) and d.due_at <= clock_timestamp()
      and (d.lease_until is null or d.lease_until <= clock_timestamp())
    order by d.due_at
    limit most
    for update skip locked
  ) as due
  where t.kind = due.kind and t.key = due.key
  returning t.*;
end
$$;

comment on function sync.claim_tasks(text[], integer, interval)
is 'Take tasks that are due, for as long as the lease lasts.';
revoke all on function sync.claim_tasks(text[], integer, interval) from public;
grant execute on function sync.claim_tasks(text[], integer, interval) to orgscope_sync;
