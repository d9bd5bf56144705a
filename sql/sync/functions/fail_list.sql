-- Say why a list of a run could not be read; it is read again when the run is gone on with.
-- Flow: called for each list that WorkOS did not give.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: the other lists go on. Without its end, nothing that it lacks is missed. A list that WorkOS
--      does not find went with its parent, and is not read again; one without a parent cannot be
--      gone. Returns whether it is.
set local role orgscope_definer;

create or replace function sync.fail_list(
  run_id bigint,
  path text,
  error text,
  not_found boolean default false
)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_is_gone boolean;
begin
  update sync.run_lists as l
  set error = left(fail_list.error, 1000),
      state = case when not_found and l.parent_id is not null then 'failed' else l.state end
  where l.run_id = fail_list.run_id and l.path = fail_list.path
  returning l.state = 'failed' into v_is_gone;
  return v_is_gone;
end
$$;

comment on function sync.fail_list(bigint, text, text, boolean)
is 'Say why a list of a run could not be read.';
revoke all on function sync.fail_list(bigint, text, text, boolean) from public;
grant execute on function sync.fail_list(bigint, text, text, boolean) to orgscope_sync;
