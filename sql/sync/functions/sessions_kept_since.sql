-- Return since when a session must be over to be let go.
-- Flow: called by sync.purge, and by sync.open_copy, whose rows tell what a purge took.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: no token outlives a day, but what came late or is read again must still find the tombstone:
--      WorkOS repeats a webhook for three days and keeps events for ninety.
set local role orgscope_definer;

create or replace function sync.sessions_kept_since()
returns timestamptz
language sql
stable
set search_path = pg_catalog, pg_temp
begin atomic
  return now() - interval '90 days';
end;

comment on function sync.sessions_kept_since()
is 'Return since when a session must be over to be let go.';
revoke all on function sync.sessions_kept_since() from public;
