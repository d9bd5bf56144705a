-- Seal claims as the context of this transaction, and pin what a caller could bend it with.
-- Flow: the last step of authz.open_context and its system and privileged siblings.
-- Runs as: orgscope_sealer, invoker; nobody else may execute it: it would be a forging oracle (A4).
-- Raises: WS308 when there is no seal key; WS316 when another context is open.
-- Why: a second context in one transaction would mix two tenants in one unit of work. Only a valid
--      seal counts as a context: garbage must not lock a pooled backend (rule B11). The pins undo
--      what an injected SET left behind (rules A5, B9); authz.begin pins search_path and
--      row_security, which the clauses of this function would take back. RFC 2104; the key stands
--      only as columns of the one query that uses it (rule A3).
set local role orgscope_sealer;

create or replace function authz.seal(kind text, claims jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims constant jsonb := jsonb_build_object('kind', kind) || jsonb_strip_nulls(claims);
  v_open constant jsonb := case
    when current_setting('orgscope.context', true) <> '' then authz.sealed_claims(true)
  end;
  v_sealed text;
begin
  -- Garbage, or what another transaction left, is no context.
  if (v_open - 'request' = v_claims - 'request') is false then
    raise exception using
      errcode = 'WS316',
      message = 'this transaction has a context with other claims',
      hint = 'One transaction serves one context: commit or roll back first.';
  end if;
  select set_config(
    'orgscope.context',
    concat_ws(
      '|', '1', s.kid, kind, encode(
        sha256(s.opad || sha256(s.ipad || authz.seal_message(s.kid, kind, v_claims::text))), 'hex'
      ), v_claims
    ), true
  )
  || set_config('timezone', 'UTC', true)
  || set_config('datestyle', 'ISO, YMD', true)
  || set_config('transform_null_equals', 'off', true)
  || set_config('gin_fuzzy_search_limit', '0', true)
  || set_config('standard_conforming_strings', 'on', true)
  into v_sealed
  from authz.seal_keys as s
  where s.retired_at is null;
  if v_sealed is null then
    raise exception using
      errcode = 'WS308',
      message = 'there is no seal key, so no context can be opened',
      hint = 'Run orgscope migrate, which makes one after a restore.';
  end if;
end
$$;

comment on function authz.seal(text, jsonb) is 'Seal claims as the context of this transaction.';
revoke all on function authz.seal(text, jsonb) from public;
