-- Tell whether an RSASSA-PKCS1-v1_5 signature with SHA-256 is that of a message.
-- Flow: called by authz.verify_token with a row of authz.jwks.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing; any null, any wrong length, any s >= n is false.
-- Why: RFC 8017 section 8.2.2 by encoding and comparing the whole block, never by parsing it;
--      e is 65537: sixteen squarings and one multiplication. Not strict: null must be false (A2).
set local role orgscope_sealer;

create or replace function authz.rs256_verify(
  message bytea,
  signature bytea,
  modulus numeric,
  modulus_octets integer,
  block numeric
)
returns boolean
language plpgsql
immutable
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  v_s numeric;
  v_m numeric;
begin
  -- The length is checked first: os2ip of a long signature would cost an attacker nothing, and us much.
  if (octet_length(signature) = modulus_octets) is not true then
    return false;
  end if;
  v_s := authz.os2ip(signature);
  if (v_s < modulus) is not true then
    return false;
  end if;
  v_m := v_s;
  for _ in 1 .. 16 loop
    v_m := mod(v_m * v_m, modulus);
  end loop;
  v_m := mod(v_m * v_s, modulus);
  return (v_m = block + authz.os2ip(sha256(message))) is true;
end
$$;

comment on function authz.rs256_verify(bytea, bytea, numeric, integer, numeric)
is 'Tell whether an RS256 signature is that of a message.';
revoke all on function authz.rs256_verify(bytea, bytea, numeric, integer, numeric) from public;
