-- Return the claims of this transaction's context, or null when it has none with a valid seal.
-- Flow: called by authz.claims, which raises on null, and by authz.seal, which pins the first.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing: garbage in the setting reads as no context.
-- Why: the setting is written by anybody; only the seal says that authz wrote it.
set local role orgscope_sealer;

create or replace function authz.current_context()
returns jsonb
language plpgsql
stable
parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
  -- 1|kid|kind|mac|claims: the setting is long and a regular expression over it costs a request.
  v_setting constant text := current_setting('orgscope.context', true);
  v_kid constant text := split_part(v_setting, '|', 2);
  v_kind constant text := split_part(v_setting, '|', 3);
  v_mac constant text := split_part(v_setting, '|', 4);
  v_claims text;
begin
  if (v_kid ~ '^[0-9]{1,9}$') is not true then
    return null;
  end if;
  v_claims := substr(v_setting, 6 + length(v_kid) + length(v_kind) + length(v_mac));
  if (authz.context_mac(v_kid::integer, v_kind, v_claims) = v_mac) is not true then
    return null;
  end if;
  return v_claims::jsonb;
end
$$;

comment on function authz.current_context()
is 'Return the claims of this transaction''s context, or null.';
revoke all on function authz.current_context() from public;
