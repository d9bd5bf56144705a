-- Add one signing key that is new, with the padded block that its signatures must show.
-- Flow: called by authz.put_keys.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS322 when keys are pinned or 32 keys live already.
-- Why: the block is EMSA-PKCS1-v1_5 of RFC 8017 section 9.2 with a digest of zeros; it depends on
--      the length of n alone, so it is made once and compared whole with each signature.
set local role orgscope_sealer;

create or replace function authz.add_key(kid text, modulus bytea)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_digest_info constant text := '3031300d060960864801650304020105000420';
  v_octets constant integer := octet_length(modulus);
begin
  perform authz.admit_key(add_key.kid, null);
  insert into authz.jwks (kid, modulus, modulus_octets, block)
  values (
    add_key.kid, authz.os2ip(add_key.modulus), v_octets,
    authz.os2ip(decode(
      '0001' || repeat('ff', v_octets - 54) || '00' || v_digest_info || repeat('00', 32), 'hex'
    ))
  );
  perform authz.log_context('keys', session_user, null, 'added signing key ' || kid);
end
$$;

comment on function authz.add_key(text, bytea) is 'Add one signing key that is new.';
revoke all on function authz.add_key(text, bytea) from public;
