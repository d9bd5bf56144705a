-- Encode octets as base64url without padding.
-- Flow: called by authz.parse_token, which refuses a segment that does not encode to itself.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing.
-- Why: the same octets have several spellings; only one may be a token (rule A10).
set local role orgscope_sealer;

create or replace function authz.b64url_encode(octets bytea)
returns text
language sql
immutable
strict
parallel safe
begin atomic
select translate(encode(octets, 'base64'), '+/=' || chr(10), '-_');
end;

comment on function authz.b64url_encode(bytea) is 'Encode octets as base64url without padding.';
revoke all on function authz.b64url_encode(bytea) from public;
