-- Write the heartbeat by which a standby knows how old its mirror is.
-- Flow: run every 10 seconds by `orgscope worker`; authz.standby_is_fresh reads it on a standby.
-- Runs as: orgscope_sealer, definer.
-- Raises: nothing.
-- Why: pg_last_xact_replay_timestamp idles with the primary; a row that is written does not (B3).
set local role orgscope_sealer;

create or replace function authz.beat()
returns void
language sql
volatile
security definer
set row_security = on
begin atomic
insert into authz.heartbeat as h (beat_at)
values (clock_timestamp())
on conflict (only_row) do update set beat_at = excluded.beat_at;
end;

comment on function authz.beat() is 'Write the heartbeat by which a standby knows its age.';
revoke all on function authz.beat() from public;
grant execute on function authz.beat() to orgscope_sync, orgscope_keys;
