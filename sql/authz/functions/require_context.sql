-- Return the claims of this transaction's context, or raise because there is none.
-- Flow: orgscope.db sends it before every COMMIT; authz.claims when it finds nothing.
-- Runs as: the caller; authz.sealed_claims checks the seal.
-- Raises: WS301 when there is no context with a valid seal; WS309 when its token has expired.
-- Why: policies stay silent without a context (ADR 14), so a transaction that lost its context says
--      so before its result counts, whatever rows it touched.
-- requires: sql/authz/functions/sealed_claims.sql

create or replace function authz.require_context()
returns jsonb
language plpgsql
stable
parallel restricted
set search_path = pg_catalog, pg_temp
as $$
declare
  v_claims constant jsonb := authz.sealed_claims(false);
begin
  if v_claims is not null then
    return v_claims;
  end if;
  if authz.sealed_claims(true) is not null then
    raise exception using
      errcode = 'WS309',
      message = 'the token of this context has expired',
      hint = 'Refresh the session and begin again.';
  end if;
  raise exception using
    errcode = 'WS301',
    message = 'this transaction has no context, so no row can be decided',
    hint = 'Open one with authz.begin(token): get_org_scoped_db() does so.';
end
$$;

comment on function authz.require_context()
is 'Return the claims of this transaction''s context, or raise because there is none.';
revoke all on function authz.require_context() from public;
grant execute on function authz.require_context()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer, orgscope_api, orgscope_job;
