-- Return the fingerprint of each signing key, to compare with what WorkOS serves.
-- Flow: orgscope doctor.
-- Runs as: orgscope_sealer, definer.
-- Raises: nothing.
-- Why: who pushed a key of its own under a known kid would be seen by nothing else. SHA-256 over
--      the modulus in decimal: short, and the same in every language.
set local role orgscope_sealer;

create or replace function authz.fingerprint_keys()
returns table (kid text, fingerprint text)
language sql
stable
security definer
set row_security = on
begin atomic
select j.kid, encode(sha256(convert_to(j.modulus::text, 'UTF8')), 'hex')
from authz.jwks as j
order by j.kid;
end;

comment on function authz.fingerprint_keys() is 'Return the fingerprint of each signing key.';
revoke all on function authz.fingerprint_keys() from public;
grant execute on function authz.fingerprint_keys() to orgscope_keys, orgscope_monitor;
