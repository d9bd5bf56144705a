-- Tell whether the replicated heartbeat of this standby is young enough to trust its mirror.
-- Flow: called by authz.check_transaction, on a standby only.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS307 without settings; null without a heartbeat.
-- Why: promise 4: access follows the mirror at once, on a standby within this limit (rule B3).
set local role orgscope_sealer;

create or replace function authz.standby_is_fresh()
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (select h.beat_at from authz.heartbeat as h)
    > clock_timestamp() - make_interval(secs => (authz.require_settings()).standby_max_lag_s);
end
$$;

comment on function authz.standby_is_fresh()
is 'Tell whether the replicated heartbeat of this standby is young enough.';
revoke all on function authz.standby_is_fresh() from public;
