-- Return the modulus of a JWK as octets, or null when the key is not of the accepted form.
-- Flow: called by authz.put_keys.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing.
-- Why: RFC 7517 and RFC 7518 section 6.3: RSA, for signatures, e = 65537, and n odd with exactly
--      2048, 3072 or 4096 bits (rule A10).
set local role orgscope_sealer;

create or replace function authz.rsa_modulus(jwk jsonb)
returns bytea
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_modulus bytea;
begin
  if (jwk ->> 'kty' = 'RSA' and jwk ->> 'e' = 'AQAB') is not true
    or coalesce(jwk ->> 'use', 'sig') <> 'sig'
    or coalesce(jwk ->> 'alg', 'RS256') <> 'RS256'
    or (jsonb_typeof(jwk -> 'kid') = 'string') is not true
    or (jwk ->> 'kid' ~ '^[A-Za-z0-9_.:-]{1,128}$') is not true
    or (jwk ->> 'n' ~ '^[A-Za-z0-9_-]+$' and length(jwk ->> 'n') < 700) is not true
  then
    return null;
  end if;
  v_modulus := authz.b64url_decode(jwk ->> 'n');
  if octet_length(v_modulus) not in (256, 384, 512)
    or get_byte(v_modulus, 0) < 128
    or get_byte(v_modulus, octet_length(v_modulus) - 1) % 2 = 0
  then
    return null;
  end if;
  return v_modulus;
exception when data_exception then
  return null;
end
$$;

comment on function authz.rsa_modulus(jsonb)
is 'Return the modulus of a JWK as octets, or null when it is not of the accepted form.';
revoke all on function authz.rsa_modulus(jsonb) from public;
