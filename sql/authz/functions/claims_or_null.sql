-- Return the claims of this transaction's context, or null where there is none that is alive.
-- Flow: the readers that policies of the request role call; authz.claims for everything else.
-- Runs as: the caller; authz.sealed_claims checks the seal.
-- Raises: nothing.
-- Why: a policy's reader runs only when a row is reached, and PostgreSQL tests leakproof conditions
--      of the query before the policy. A reader that raised would tell a statement that cleared its
--      own context whether another tenant has such a row (ADR 14). Silence gives nothing away.
-- requires: sql/authz/functions/sealed_claims.sql

create or replace function authz.claims_or_null()
returns jsonb
language sql
stable
parallel restricted
begin atomic
select authz.sealed_claims(false);
end;

comment on function authz.claims_or_null()
is 'Return the claims of this transaction''s context, or null where there is none alive.';
revoke all on function authz.claims_or_null() from public;
grant execute on function authz.claims_or_null()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
