-- Return the octets that a seal covers: this server, this backend, this transaction, these claims.
-- Flow: inlined into the queries of authz.seal and authz.claims.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing; null for null.
-- Why: a seal that is copied to another backend or transaction does not verify (rule B1). Claims
--      come last, so that nothing can follow them. No rendering here depends on a setting (rule
--      B9).
set local role orgscope_sealer;

create or replace function authz.seal_message(kid integer, kind text, claims text)
returns bytea
language sql
stable
parallel restricted
begin atomic
select convert_to(
  '1|' || kid || '|' || kind || '|' || extract(epoch from pg_postmaster_start_time()) || '|'
  || pg_backend_pid() || '|' || extract(epoch from transaction_timestamp()) || '|' || claims,
  'UTF8'
);
end;

comment on function authz.seal_message(integer, text, text)
is 'Return the octets that a seal covers.';
revoke all on function authz.seal_message(integer, text, text) from public;
