-- Return the WorkOS organization id of the context.
-- Flow: the default of columns, and functions of the project; policies read authz.org_id_or_null().
-- Runs as: the caller; authz.sealed_claims checks the seal.
-- Raises: WS301, WS302 when the context has no organization, WS309.
-- Why: the default of every tenant table's org_id; begin atomic: names are bound when it is
--      created, so no search_path can bend it (rule B5).
-- requires: sql/authz/functions/claims.sql, sql/authz/functions/require_organization.sql

create or replace function authz.org_id()
returns text
language sql
stable
parallel restricted
begin atomic
select coalesce(authz.claims() ->> 'org_id', authz.require_organization());
end;

comment on function authz.org_id() is 'Return the WorkOS organization id of the context.';
revoke all on function authz.org_id() from public;
grant execute on function authz.org_id()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
