-- Add the signing keys of a JWKS (RFC 7517) and return what became of each.
-- Flow: orgscope keys sync fetches the document from WorkOS and calls this, then withdraw_keys.
-- Runs as: orgscope_sealer, definer.
-- Raises: WS322 when it is no JWKS, or a key changed under its kid, is new while keys are pinned,
--         or is one too many.
-- Why: a trust root (rule B7). A key that is not of the one accepted form is left out, so that a
--      new kind of key at WorkOS does not stop the rest; what an operator retired stays retired.
--      The lock lets one document after the other in.
set local role orgscope_sealer;

create or replace function authz.put_keys(jwks jsonb)
returns table (kid text, outcome text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_key jsonb;
  v_modulus bytea;
  v_known authz.jwks;
begin
  if (jsonb_typeof(jwks -> 'keys') = 'array') is not true then
    raise exception using
      errcode = 'WS322',
      message = 'expected a JWKS, a JSON object with an array "keys", and got ' || case
        when (jsonb_typeof(jwks) = 'object') is not true then coalesce(jsonb_typeof(jwks), 'null')
        when jwks ? 'keys' then 'an object whose "keys" is of type ' || jsonb_typeof(jwks -> 'keys')
        else 'an object without "keys"'
      end,
      hint = 'See whether WORKOS_BASE_URL and WORKOS_CLIENT_ID lead to the JWKS of WorkOS.';
  end if;
  lock table authz.jwks in share row exclusive mode;
  for v_key in select k.key from jsonb_array_elements(jwks -> 'keys') as k (key) loop
    kid := v_key ->> 'kid';
    v_modulus := authz.rsa_modulus(v_key);
    select * into v_known from authz.jwks as j where j.kid = put_keys.kid;
    if v_modulus is null then
      outcome := 'ignored';
    elsif v_known.kid is null then
      perform authz.add_key(put_keys.kid, v_modulus);
      outcome := 'added';
    elsif (v_known.modulus = authz.os2ip(v_modulus)) is not true then
      raise exception using
        errcode = 'WS322',
        message = format('key %s is known with another modulus', kid),
        hint = 'A kid never changes its key. Find out who serves this JWKS.';
    elsif v_known.withdrawn then
      perform authz.restore_key(put_keys.kid);
      outcome := 'restored';
    else
      update authz.jwks as j set missing_since = null
      where j.kid = put_keys.kid and j.missing_since is not null;
      outcome := case when v_known.retired_at is null then 'known' else 'retired' end;
    end if;
    return next;
  end loop;
end
$$;

comment on function authz.put_keys(jsonb)
is 'Add the signing keys of a JWKS and return what became of each.';
revoke all on function authz.put_keys(jsonb) from public;
grant execute on function authz.put_keys(jsonb) to orgscope_keys;
