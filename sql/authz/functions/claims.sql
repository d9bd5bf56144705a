-- Return the claims of this transaction's context.
-- Flow: read by claim readers outside policies, column defaults and the privileged policies.
-- Runs as: the caller; authz.sealed_claims checks the seal.
-- Raises: WS301 when there is no context with a valid seal; WS309 when its token has expired.
-- Why: loud, never silently empty. Policies of the request role read authz.claims_or_null.
-- requires: sql/authz/functions/claims_or_null.sql, sql/authz/functions/require_context.sql

create or replace function authz.claims()
returns jsonb
language sql
stable
parallel restricted
begin atomic
select coalesce(authz.claims_or_null(), authz.require_context());
end;

comment on function authz.claims() is 'Return the claims of this transaction''s context.';
revoke all on function authz.claims() from public;
grant execute on function authz.claims()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
