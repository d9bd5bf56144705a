-- Tell whether the context has a permission.
-- Flow: read by policies as (select authz.has_permission('events:write')).
-- Runs as: the caller; authz.sealed_claims checks the seal.
-- Raises: nothing: a policy that raised would tell which rows exist (ADR 14).
-- Why: begin atomic: names are bound when it is created, so no search_path can bend it (rule B5).
-- requires: sql/authz/functions/claims_or_null.sql

create or replace function authz.has_permission(permission text)
returns boolean
language sql
stable
parallel restricted
begin atomic
select coalesce(authz.claims_or_null() -> 'permissions' ? permission, false);
end;

comment on function authz.has_permission(text) is 'Tell whether the context has a permission.';
revoke all on function authz.has_permission(text) from public;
grant execute on function authz.has_permission(text)
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
