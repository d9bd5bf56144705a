-- Convert octets to the non-negative integer that they write, most significant first.
-- Flow: called by authz.rs256_verify and authz.put_keys.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing; null for null.
-- Why: OS2IP of RFC 8017 section 4.2, seven octets at a time: that is what fits a bigint.
set local role orgscope_sealer;

create or replace function authz.os2ip(octets bytea)
returns numeric
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
as $$
declare
  v_result numeric := 0;
  v_hex constant text := encode(octets, 'hex');
  v_head constant integer := length(v_hex) % 14;
begin
  if v_head > 0 then
    v_result := ('x' || lpad(left(v_hex, v_head), 14, '0'))::bit(56)::bigint;
  end if;
  for v_at in v_head + 1 .. length(v_hex) by 14 loop
    v_result := v_result * 72057594037927936 + ('x' || substr(v_hex, v_at, 14))::bit(56)::bigint;
  end loop;
  return v_result;
end
$$;

comment on function authz.os2ip(bytea) is 'Convert octets to the integer they write (RFC 8017).';
revoke all on function authz.os2ip(bytea) from public;
