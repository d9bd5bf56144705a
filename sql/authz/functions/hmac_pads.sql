-- Return the two pads of a fresh random HMAC key.
-- Flow: called by authz.make_keys and authz.rotate_seal_key, inside the insert that keeps them.
-- Runs as: orgscope_sealer, invoker; nobody else may execute it.
-- Raises: nothing.
-- Why: 64 octets from the strong random source of gen_random_uuid (its first octet is all random),
--      xored as RFC 2104 says, so that the key itself stands nowhere (rule A3).
set local role orgscope_sealer;

create or replace function authz.hmac_pads(out ipad bytea, out opad bytea)
language sql
volatile
begin atomic
with key as materialized (
  select i.place, get_byte(uuid_send(gen_random_uuid()), 0) as octet
  from generate_series(1, 64) as i (place)
)

select
  decode(string_agg(lpad(to_hex(k.octet # 54), 2, '0'), '' order by k.place), 'hex'),
  decode(string_agg(lpad(to_hex(k.octet # 92), 2, '0'), '' order by k.place), 'hex')
from key as k;
end;

comment on function authz.hmac_pads() is 'Return the two pads of a fresh random HMAC key.';
revoke all on function authz.hmac_pads() from public;
