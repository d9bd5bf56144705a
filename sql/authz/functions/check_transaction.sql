-- Raise unless a context may be opened in this transaction and on this backend.
-- Flow: the first step of authz.open_context and its system and privileged siblings.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS317, WS318, WS319, WS320.
-- Why: each was an attack that worked. B1: transactions inside one message share their start, and
--      with it a seal. B2: a snapshot taken before a removal does not see the removal. A5: what SQL
--      prepared, a driver may execute by name in a later tenant's context. B3: a standby that
--      stopped replaying still believes in removed members. One expression, because every request
--      pays.
set local role orgscope_sealer;

create or replace function authz.check_transaction(snapshot boolean)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_code constant text := case
    when (statement_timestamp() > transaction_timestamp()) is not true then 'WS317'
    when (snapshot or current_setting('transaction_isolation') = 'read committed') is not true
      then 'WS318'
    when exists (select from pg_prepared_statement() as p where p.from_sql) then 'WS319'
    when pg_is_in_recovery() and authz.standby_is_fresh() is not true then 'WS320'
  end;
begin
  if v_code is null then
    return;
  end if;
  raise exception using
    errcode = v_code,
    message = case v_code
      when 'WS317' then 'BEGIN and authz.begin must be separate messages'
      when 'WS318' then 'the transaction is above READ COMMITTED'
      when 'WS319' then 'this backend holds statements prepared by SQL'
      when 'WS320' then 'the heartbeat of this standby is too old to trust its mirror'
    end,
    hint = case v_code
      when 'WS317' then 'Send BEGIN first; pipelined is fine. Try once more on a coarse clock.'
      when 'WS318' then 'Pass snapshot => true where an old snapshot of the mirror is acceptable.'
      when 'WS319' then 'Drop the connection; orgscope.db does so by itself.'
      when 'WS320' then 'Read from the primary until the standby has caught up.'
    end;
end
$$;

comment on function authz.check_transaction(boolean)
is 'Raise unless a context may be opened in this transaction and on this backend.';
revoke all on function authz.check_transaction(boolean) from public;
