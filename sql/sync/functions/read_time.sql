-- Read a time as WorkOS writes it; null when it is none.
-- Flow: called where a time that cannot be read must not keep anything back.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: workos.timestamp_v1 refuses what is no time, which is right for a column and wrong for a
--      comparison.
set local role orgscope_definer;

create or replace function sync.read_time(value text)
returns timestamptz
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return workos.timestamp_v1(value);
exception when sqlstate 'WS201' or data_exception then
  return null;
end
$$;

comment on function sync.read_time(text)
is 'Read a time as WorkOS writes it; null when it is none.';
revoke all on function sync.read_time(text) from public;
