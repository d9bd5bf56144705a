-- Return how old the heartbeat is; null when there was none.
-- Flow: read by `orgscope doctor`, at the primary.
-- Runs as: orgscope_sealer, definer.
-- Raises: nothing.
-- Why: where nobody writes the heartbeat every standby refuses, and only the standbys say so (B3).
set local role orgscope_sealer;

create or replace function authz.heartbeat_age()
returns interval
language sql
volatile
security definer
set row_security = on
begin atomic
select clock_timestamp() - h.beat_at from authz.heartbeat as h;
end;

comment on function authz.heartbeat_age() is 'Return how old the heartbeat is; null without one.';
revoke all on function authz.heartbeat_age() from public;
grant execute on function authz.heartbeat_age() to orgscope_monitor, orgscope_keys;
