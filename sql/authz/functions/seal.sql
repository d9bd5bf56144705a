-- Seal claims as the context of this transaction.
-- Flow: the last step of authz.open_context and its system and privileged siblings.
-- Runs as: orgscope_sealer, invoker; nobody else may execute it: it would be a forging oracle (A4).
-- Raises: WS308 when there is no seal key; WS316 when another context is open.
-- Why: a second context in one transaction would mix two tenants in one unit of work. Only a valid
--      seal counts as a context: garbage must not lock a pooled backend (rule B11).
set local role orgscope_sealer;

create or replace function authz.seal(kind text, claims jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims constant jsonb := jsonb_build_object('kind', kind) || jsonb_strip_nulls(claims);
  v_open constant jsonb := authz.current_context();
  v_kid constant integer := (select max(s.kid) from authz.seal_keys as s);
  v_mac text;
begin
  if v_open is not null and (v_open - 'request' = v_claims - 'request') is not true then
    raise exception using
      errcode = 'WS316',
      message = 'this transaction has a context with other claims',
      hint = 'One transaction serves one context: commit or roll back first.';
  end if;
  v_mac := authz.context_mac(v_kid, kind, v_claims::text);
  if v_mac is null then
    raise exception using
      errcode = 'WS308',
      message = 'there is no seal key, so no context can be opened',
      hint = 'Run orgscope migrate, which makes one after a restore.';
  end if;
  perform set_config('orgscope.context', concat_ws('|', '1', v_kid, kind, v_mac, v_claims), true);
end
$$;

comment on function authz.seal(text, jsonb) is 'Seal claims as the context of this transaction.';
revoke all on function authz.seal(text, jsonb) from public;
