-- Return the claims of a token that verified before, or null.
-- Flow: step 2 of a request when the token is known; authz.verify_token otherwise.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing.
-- Why: a recall is only as good as its key and its settings: both are joined. On a standby the
--      unlogged table may not even be read.
set local role orgscope_sealer;

create or replace function authz.recall_token(token text)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  -- A variable: in the query it would be computed again for each row of a small table.
  v_digest bytea;
begin
  if pg_is_in_recovery() or (octet_length(token) <= 8192) is not true then
    return null;
  end if;
  v_digest := sha256(convert_to(token, 'UTF8'));
  return (
    select v.claims
    from authz.verified_tokens as v
    inner join authz.jwks as k on v.kid = k.kid and k.retired_at is null
    inner join authz.settings as s on v.epoch = s.epoch
    where v.digest = v_digest
      and v.expires_at > extract(epoch from clock_timestamp()) - s.leeway_s
  );
end
$$;

comment on function authz.recall_token(text)
is 'Return the claims of a token that verified before, or null.';
revoke all on function authz.recall_token(text) from public;
