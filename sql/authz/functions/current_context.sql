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
  -- 1|kid|kind|mac|claims
  v_parts constant text[] := regexp_match(
    current_setting('orgscope.context', true),
    '^1[|]([0-9]{1,9})[|]([a-z]{1,10})[|]([0-9a-f]{64})[|](.*)$'
  );
begin
  if (authz.context_mac(v_parts[1]::integer, v_parts[2], v_parts[4]) = v_parts[3]) is not true then
    return null;
  end if;
  return v_parts[4]::jsonb;
end
$$;

comment on function authz.current_context()
is 'Return the claims of this transaction''s context, or null.';
revoke all on function authz.current_context() from public;
