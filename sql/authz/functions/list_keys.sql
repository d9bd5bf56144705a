-- List the signing keys, without what they are made of.
-- Flow: orgscope keys list and doctor.
-- Runs as: orgscope_sealer, definer.
-- Raises: nothing.
-- Why: the keys' login has no table; this is what it may know.
set local role orgscope_sealer;

create or replace function authz.list_keys()
returns table (
  kid text,
  bits integer,
  added_at timestamptz,
  retired_at timestamptz,
  pinned boolean,
  missing_since timestamptz,
  withdrawn boolean
)
language sql
stable
security definer
set row_security = on
begin atomic
select
  j.kid, j.modulus_octets * 8, j.added_at, j.retired_at, exists(select from authz.key_pin as p),
  j.missing_since, j.withdrawn
from authz.jwks as j
order by j.added_at, j.kid;
end;

comment on function authz.list_keys() is 'List the signing keys.';
revoke all on function authz.list_keys() from public;
grant execute on function authz.list_keys() to orgscope_keys, orgscope_monitor;
