-- Compute the HMAC that seals a context of this backend and this transaction.
-- Flow: called by authz.seal to make the seal and by authz.current_context to check it.
-- Runs as: orgscope_sealer, invoker; nobody else may execute it: it would seal anything.
-- Raises: nothing; null when the key is missing, or rotated away before this transaction began.
-- Why: RFC 2104 by core sha256(). The key stands only as columns of the one query that uses it, so
--      that no debug_print_* setting can print it (rule A3). Claims come last: nothing can follow.
set local role orgscope_sealer;

create or replace function authz.context_mac(kid integer, kind text, claims text)
returns text
language plpgsql
stable
parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
  v_message constant bytea := convert_to(concat_ws(
    '|', '1', kid, kind, extract(epoch from pg_postmaster_start_time()), pg_backend_pid(),
    extract(epoch from transaction_timestamp()), claims
  ), 'UTF8');
  v_mac text;
begin
  select encode(sha256(s.opad || sha256(s.ipad || v_message)), 'hex') into v_mac
  from authz.seal_keys as s
  where s.kid = context_mac.kid
    and (s.retired_at is null or s.retired_at > transaction_timestamp() - interval '1 minute');
  return v_mac;
end
$$;

comment on function authz.context_mac(integer, text, text)
is 'Compute the HMAC that seals a context of this transaction.';
revoke all on function authz.context_mac(integer, text, text) from public;
