-- Let a withdrawn signing key live again: tokens that it signed are accepted.
-- Flow: called by authz.put_keys when WorkOS serves the key again, with the modulus it had.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS322 when it was withdrawn before the keys were pinned, or 32 keys live already.
-- Why: a withdrawal follows the answers of WorkOS, and one of those may have been wrong. What an
--      operator retired is not withdrawn, and is never restored (rule A10).
set local role orgscope_sealer;

create or replace function authz.restore_key(kid text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  perform authz.admit_key(restore_key.kid, (
    select j.retired_at from authz.jwks as j where j.kid = restore_key.kid and j.withdrawn
  ));
  update authz.jwks as j set retired_at = null, missing_since = null, withdrawn = false
  where j.kid = restore_key.kid and j.withdrawn;
  perform authz.log_context('keys', session_user, null, 'restored signing key ' || kid);
end
$$;

comment on function authz.restore_key(text)
is 'Let a withdrawn signing key live again: tokens that it signed are accepted.';
revoke all on function authz.restore_key(text) from public;
