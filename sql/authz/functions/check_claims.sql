-- Raise unless the claims of a token whose signature verified are acceptable here and now.
-- Flow: called by authz.verify_token; the rules of form come from authz.claim_rules.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS305 when a claim is missing, malformed or not accepted; WS304 when all else is well.
-- Why: the wall clock, not the transaction's: a transaction opened earlier must not accept an
--      expired token (rule A10). Expiry comes last, so that only it can lead to a refresh.
set local role orgscope_sealer;

create or replace function authz.check_claims(claims jsonb, accepted authz.settings)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_now constant numeric := extract(epoch from clock_timestamp());
  v_rule jsonb;
  v_wrong text;
begin
  for v_rule in select r.rule from jsonb_array_elements(authz.claim_rules()) as r (rule) loop
    if authz.keeps_rule(v_rule, claims -> (v_rule ->> 'claim')) is not true then
      v_wrong := v_rule ->> 'claim';
      exit;
    end if;
  end loop;
  if v_wrong is null then
    v_wrong := case
      when (claims ->> 'iss' = any (accepted.issuers)) is not true then 'iss'
      when (coalesce(claims ->> 'client_id', accepted.client_id) = accepted.client_id) is not true
        then 'client_id'
      when authz.accepts_audience(claims -> 'aud', accepted) is not true then 'aud'
      when ((claims ->> 'iat')::numeric <= v_now + accepted.leeway_s) is not true then 'iat'
      when (coalesce((claims ->> 'nbf')::numeric, 0) <= v_now + accepted.leeway_s) is not true
        then 'nbf'
      when (
        (claims ->> 'exp')::numeric - (claims ->> 'iat')::numeric between 1 and accepted.max_age_s
      ) is not true then 'exp'
    end;
  end if;
  if v_wrong is not null then
    raise exception using
      errcode = 'WS305',
      message = format('the claim "%s" of the token is missing or not accepted here', v_wrong),
      hint = 'orgscope doctor compares what arrives with authz.settings.';
  end if;
  if ((claims ->> 'exp')::numeric > v_now - accepted.leeway_s) is not true then
    raise exception using
      errcode = 'WS304', message = 'the token has expired', hint = 'Refresh the session.';
  end if;
end
$$;

comment on function authz.check_claims(jsonb, authz.settings)
is 'Raise unless the claims of a verified token are acceptable here and now.';
revoke all on function authz.check_claims(jsonb, authz.settings) from public;
