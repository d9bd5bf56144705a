-- Raise unless a context may be opened in this transaction and on this backend.
-- Flow: the first step of authz.open_context and its system and privileged siblings.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS317, WS318, WS319, WS320.
-- Why: see the rules in the body; each was an attack that worked.
set local role orgscope_sealer;

create or replace function authz.check_transaction(snapshot boolean)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  -- B1: transactions inside one message share their start, and with it a seal.
  if (statement_timestamp() > transaction_timestamp()) is not true then
    raise exception using
      errcode = 'WS317',
      message = 'BEGIN and authz.begin must be separate messages',
      hint = 'Send BEGIN first; pipelined is fine. Try once more on a coarse clock.';
  end if;
  -- B2: a snapshot taken before a removal does not see the removal.
  if (snapshot or current_setting('transaction_isolation') = 'read committed') is not true then
    raise exception using
      errcode = 'WS318',
      message = 'the transaction is above READ COMMITTED',
      hint = 'Pass snapshot => true where an old snapshot of the mirror is acceptable.';
  end if;
  -- A5: what SQL prepared, a driver may execute by name in a later tenant's context.
  if exists (select from pg_prepared_statements as p where p.from_sql) then
    raise exception using
      errcode = 'WS319',
      message = 'this backend holds statements prepared by SQL',
      hint = 'Drop the connection; orgscope.db does so by itself.';
  end if;
  -- B3: a standby that stopped replaying still believes in removed members.
  if pg_is_in_recovery() and (
    (select h.beat_at from authz.heartbeat as h)
    > clock_timestamp() - make_interval(secs => (authz.require_settings()).standby_max_lag_s)
  ) is not true then
    raise exception using
      errcode = 'WS320',
      message = 'the heartbeat of this standby is too old to trust its mirror',
      hint = 'Read from the primary until the standby has caught up.';
  end if;
end
$$;

comment on function authz.check_transaction(boolean)
is 'Raise unless a context may be opened in this transaction and on this backend.';
revoke all on function authz.check_transaction(boolean) from public;
