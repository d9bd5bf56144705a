-- Return the WorkOS user id of the context, or null without a context or person.
-- Flow: read by policies as (select authz.user_id_or_null()), so that it is evaluated once per
--      statement.
-- Runs as: the caller; authz.sealed_claims checks the seal.
-- Raises: nothing: a policy that raised would tell which rows exist (ADR 14).
-- Why: no row belongs to a null person. Begin atomic: names are bound when it is created, so no
--      search_path can bend it (rule B5).
-- requires: sql/authz/functions/claims_or_null.sql

create or replace function authz.user_id_or_null()
returns text
language sql
stable
parallel restricted
begin atomic
select authz.claims_or_null() ->> 'user_id';
end;

comment on function authz.user_id_or_null() is
'Return the WorkOS user id of the context, or null without a context or person.';
revoke all on function authz.user_id_or_null() from public;
grant execute on function authz.user_id_or_null()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
