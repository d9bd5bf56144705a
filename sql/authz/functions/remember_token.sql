-- Keep the claims of a token that just verified, where that can neither block nor fail.
-- Flow: called by authz.verify_token after every check.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing.
-- Why: an insert inside a request would make every other request with this token wait for it, fail
--      in REPEATABLE READ and in a READ ONLY transaction (rule A7). The size bound is a stop for
--      floods; authz.purge_verified_tokens is what empties the table.
set local role orgscope_sealer;

create or replace function authz.remember_token(token text, kid text, epoch bigint, claims jsonb)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_digest constant bytea := sha256(convert_to(token, 'UTF8'));
begin
  if pg_is_in_recovery()
    or current_setting('transaction_read_only') <> 'off'
    or current_setting('transaction_isolation') <> 'read committed'
    or pg_relation_size('authz.verified_tokens') > 67108864
    or not pg_try_advisory_xact_lock(('x' || encode(substr(v_digest, 1, 8), 'hex'))::bit(64)::bigint)
  then
    return;
  end if;
  insert into authz.verified_tokens (digest, kid, epoch, expires_at, claims)
  values (
    v_digest, remember_token.kid, remember_token.epoch, (claims ->> 'exp')::bigint, (
      select jsonb_object_agg(r.rule ->> 'claim', claims -> (r.rule ->> 'claim'))
      from jsonb_array_elements(authz.claim_rules()) as r (rule)
      where claims ? (r.rule ->> 'claim')
    )
  )
  on conflict (digest) do update
    set kid = excluded.kid, epoch = excluded.epoch
    where (verified_tokens.kid, verified_tokens.epoch) <> (excluded.kid, excluded.epoch);
end
$$;

comment on function authz.remember_token(text, text, bigint, jsonb)
is 'Keep the claims of a token that just verified.';
revoke all on function authz.remember_token(text, text, bigint, jsonb) from public;
