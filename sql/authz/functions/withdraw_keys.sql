-- Withdraw signing keys that WorkOS has not served for an hour, and return what it does not serve.
-- Flow: orgscope keys sync calls this after authz.put_keys, with the kids of the same document.
-- Runs as: orgscope_sealer, definer.
-- Raises: WS322 when no kid is given.
-- Why: one wrong or truncated document must not end anybody's access. So a key goes only when two
--      documents an hour apart lack it, and all between them; when one that was served lives; and
--      it lives again once it is served. orgscope keys retire is at once, and for good.
set local role orgscope_sealer;

create or replace function authz.withdraw_keys(served text[])
returns table (kid text, outcome text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_grace constant interval := interval '1 hour';
  v_now constant timestamptz := clock_timestamp();
begin
  if (cardinality(served) > 0) is not true then
    raise exception using
      errcode = 'WS322',
      message = 'expected the kids of the keys that WorkOS serves, and got none',
      hint = 'A document without a key says nothing about the keys. See WORKOS_CLIENT_ID.';
  end if;
  update authz.jwks as j set missing_since = v_now
  where j.retired_at is null and j.missing_since is null and j.kid <> all (served);
  return query
  update authz.jwks as j set retired_at = v_now, withdrawn = true
  where j.retired_at is null and j.kid <> all (served) and j.missing_since <= v_now - v_grace
    and exists (select from authz.jwks as s where s.kid = any (served) and s.retired_at is null)
  returning j.kid, 'withdrawn';
  perform authz.log_context('keys', session_user, null, 'withdrew signing key ' || j.kid)
  from authz.jwks as j
  where j.withdrawn and j.retired_at = v_now;
  return query
  select j.kid, 'missing' from authz.jwks as j
  where j.retired_at is null and j.kid <> all (served)
  order by j.kid;
end
$$;

comment on function authz.withdraw_keys(text[])
is 'Withdraw signing keys that WorkOS has not served for an hour; return what it does not serve.';
revoke all on function authz.withdraw_keys(text[]) from public;
grant execute on function authz.withdraw_keys(text[]) to orgscope_keys;
