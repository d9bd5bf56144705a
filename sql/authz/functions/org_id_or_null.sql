-- Return the WorkOS organization id of the context, or null without a context or organization.
-- Flow: read by policies as (select authz.org_id_or_null()), so that it is evaluated once per
--      statement.
-- Runs as: the caller; authz.sealed_claims checks the seal.
-- Raises: nothing: a policy that raised would tell which rows exist (ADR 14).
-- Why: no row has a null organization. Begin atomic: names are bound when it is created, so no
--      search_path can bend it (rule B5).
-- requires: sql/authz/functions/claims_or_null.sql

create or replace function authz.org_id_or_null()
returns text
language sql
stable
parallel restricted
begin atomic
select authz.claims_or_null() ->> 'org_id';
end;

comment on function authz.org_id_or_null() is
'Return the WorkOS organization id of the context, or null without a context or organization.';
revoke all on function authz.org_id_or_null() from public;
grant execute on function authz.org_id_or_null()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
