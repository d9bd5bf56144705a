-- Return the families whose lists a run does not read yet: those of a parent are not at their end.
-- Flow: called by sync.next_lists and sync.next_family.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: a child that is read before its parent makes a stub of it, and a question of its own. A list
--      that failed, or is not part of the run, is not waited for; nor are families that are parents
--      of each other, once there is nothing else to read.
set local role orgscope_definer;

create or replace function sync.waiting_families(run_id bigint)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unread constant text[] := array(
    select f.name from sync.families as f
    where exists (
      select from sync.run_lists as l
      where l.run_id = waiting_families.run_id and l.family = f.name and l.state = 'pending'
        and l.error is null
    )
  );
  v_waiting constant text[] := array(
    select f.name from sync.families as f
    where exists (
      select from jsonb_each_text(f.parents) as p
      where p.value <> f.name and p.value = any (v_unread)
    )
  );
begin
  return case when v_unread <@ v_waiting then '{}' else v_waiting end;
end
$$;

comment on function sync.waiting_families(bigint)
is 'Return the families whose lists a run does not read yet.';
revoke all on function sync.waiting_families(bigint) from public;
