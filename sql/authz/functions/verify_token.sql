-- Verify a WorkOS access token and return its claims.
-- Flow: step 2 of a request when the token is new; authz.remember_token keeps the result.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS303 bad format or signature; WS304, WS305 claims; WS306 key unknown; WS307 no settings.
-- Why: pure SQL, no extension: the database trusts WorkOS's signature and not the application.
set local role orgscope_sealer;

create or replace function authz.verify_token(token text)
returns jsonb
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_accepted authz.settings;
  v_token record;
  v_key authz.jwks;
begin
  v_accepted := authz.require_settings();
  v_token := authz.parse_token(token);
  select * into v_key from authz.jwks as k
  where k.kid = v_token.header ->> 'kid' and k.retired_at is null;
  if v_key.kid is null then
    raise exception using
      errcode = 'WS306',
      message = 'the key that signed the token is not known to the database',
      hint = 'Run orgscope keys sync; orgscope worker does so every 5 minutes.';
  end if;
  if authz.rs256_verify(
    v_token.signed, v_token.signature, v_key.modulus, v_key.modulus_octets, v_key.block
  ) is not true then
    perform authz.refuse_token();
  end if;
  perform authz.check_claims(v_token.payload, v_accepted);
  perform authz.remember_token(token, v_key.kid, v_accepted.epoch, v_token.payload);
  return v_token.payload;
end
$$;

comment on function authz.verify_token(text)
is 'Verify a WorkOS access token and return its claims.';
revoke all on function authz.verify_token(text) from public;
