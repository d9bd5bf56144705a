-- Take a token apart by the format rules A10, in their order, before anything is believed.
-- Flow: called by authz.verify_token; the signature is checked on what this returns.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS303.
-- Why: one signed token must be one accepted string, and every cause ends in the same error.
set local role orgscope_sealer;

create or replace function authz.parse_token(
  token text,
  out header jsonb,
  out payload jsonb,
  out signed bytea,
  out signature bytea
)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parts text[];
  v_octets bytea[];
begin
  if (octet_length(token) <= 8192) is not true
    or (token ~ '^[A-Za-z0-9_-]+[.][A-Za-z0-9_-]+[.][A-Za-z0-9_-]+$') is not true
  then
    perform authz.refuse_token();
  end if;
  v_parts := string_to_array(token, '.');
  for v_at in 1 .. 3 loop
    v_octets[v_at] := authz.b64url_decode(v_parts[v_at]);
    if (authz.b64url_encode(v_octets[v_at]) = v_parts[v_at]) is not true then
      perform authz.refuse_token();
    end if;
  end loop;
  header := authz.read_object(v_octets[1], array['alg', 'kid']);
  payload := authz.read_object(v_octets[2], array[
    'exp', 'iat', 'nbf', 'iss', 'sub', 'sid', 'org_id', 'aud', 'client_id',
    'role', 'roles', 'permissions', 'act'
  ]);
  if header is null or payload is null then
    perform authz.refuse_token();
  end if;
  if (header -> 'alg' = '"RS256"') is not true
    or (jsonb_typeof(header -> 'kid') = 'string') is not true
    or (header ->> 'kid' ~ '^[A-Za-z0-9_.:-]{1,128}$') is not true
    or header ?| array['crit', 'b64']
  then
    perform authz.refuse_token();
  end if;
  signed := convert_to(v_parts[1] || '.' || v_parts[2], 'UTF8');
  signature := v_octets[3];
exception when data_exception then
  perform authz.refuse_token();
end
$$;

comment on function authz.parse_token(text)
is 'Take a token apart by the format rules, before anything is believed.';
revoke all on function authz.parse_token(text) from public;
