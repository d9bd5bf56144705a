-- Decode one canonical base64url segment of a token.
-- Flow: called by authz.parse_token, behind the pattern that admits only its alphabet.
-- Runs as: orgscope_sealer, invoker.
-- Raises: 22023 when the segment is not base64; the caller turns it into WS303.
-- Why: decode() knows only base64 with padding (RFC 4648 section 5 against section 4).
set local role orgscope_sealer;

create or replace function authz.b64url_decode(segment text)
returns bytea
language sql
immutable
strict
parallel safe
begin atomic
select decode(
  translate(segment, '-_', '+/') || repeat('=', (4 - length(segment) % 4) % 4), 'base64'
);
end;

comment on function authz.b64url_decode(text) is 'Decode one base64url segment of a token.';
revoke all on function authz.b64url_decode(text) from public;
