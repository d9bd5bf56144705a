-- Let every dead letter be tried again, and return how many there are.
-- Flow: by hand, once what made them fail is mended.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: a dead letter stays until somebody says that it may work now.
set local role orgscope_definer;

create or replace function sync.revive_tasks()
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_revived integer;
begin
  update sync.tasks as t set due_at = now(), attempts = 0, failures = 0
  where t.due_at = 'infinity';
  get diagnostics v_revived = row_count;
  return v_revived;
end
$$;

comment on function sync.revive_tasks() is 'Let every dead letter be tried again.';
revoke all on function sync.revive_tasks() from public;
grant execute on function sync.revive_tasks() to orgscope_sync;
