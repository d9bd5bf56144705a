-- Verify or recall a token, decide by the mirror, and seal the context of this transaction.
-- Flow: called by authz.begin, which then pins the session and sets the role.
-- Runs as: orgscope_sealer, definer.
-- Raises: WS302 to WS324, each from the step that says so.
-- Why: the only way to a context of kind user. The sealed claims are built from an allow-list with
--      our own kind, so that no JWT template can imitate a system context (rule B7).
set local role orgscope_sealer;

create or replace function authz.open_context(
  token text,
  request jsonb,
  scope text,
  snapshot boolean
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_claims jsonb;
  v_with_org boolean;
  v_done text;  -- assigned, not performed: an expression is not planned as a query
begin
  if (coalesce(octet_length(request::text), 0) <= 2048) is not true
    or (coalesce(jsonb_typeof(request), 'object') = 'object') is not true
    or (coalesce(scope, 'organization') in ('organization', 'user')) is not true
  then
    raise exception using
      errcode = 'WS323',
      message = 'authz.begin: request must be a JSON object of at most 2048 octets, and scope '
        'organization, user or null';
  end if;
  v_done := authz.check_transaction(snapshot)::text;
  v_claims := authz.recall_token(token);
  if v_claims is null then
    v_claims := authz.verify_token(token);
  end if;
  v_with_org := v_claims ->> 'org_id' is not null and scope is distinct from 'user';
  if scope = 'organization' and not v_with_org then
    perform authz.refuse('WS302');
  end if;
  v_done := authz.seal(
    'user', authz.decide(v_claims, v_with_org) || jsonb_build_object('request', request)
  )::text;
  v_done := set_config('statement_timeout', '30s', true)
    || set_config('lock_timeout', '5s', true)
    || set_config('idle_in_transaction_session_timeout', '30s', true);
end
$$;

comment on function authz.open_context(text, jsonb, text, boolean)
is 'Verify or recall a token, decide by the mirror, and seal the context.';
revoke all on function authz.open_context(text, jsonb, text, boolean) from public;
grant execute on function authz.open_context(text, jsonb, text, boolean)
to orgscope_api, orgscope_user;
