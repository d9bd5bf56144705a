-- Return the role that token and mirror agree on, or null.
-- Flow: read by policies as (select authz.role()), so that it is evaluated once per statement.
-- Runs as: the caller; authz.sealed_claims checks the seal.
-- Raises: nothing: a policy that raised would tell which rows exist (ADR 14).
-- Why: begin atomic: names are bound when it is created, so no search_path can bend it (rule B5).
-- requires: sql/authz/functions/claims_or_null.sql

create or replace function authz.role()
returns text
language sql
stable
parallel restricted
begin atomic
select authz.claims_or_null() ->> 'role';
end;

comment on function authz.role() is 'Return the role that token and mirror agree on, or null.';
revoke all on function authz.role() from public;
grant execute on function authz.role()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
