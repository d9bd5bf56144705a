-- Return the WorkOS organization id of the context, or null when it has none.
-- Flow: read by policies as (select authz.org_id_or_null()), so that it is evaluated once per
--      statement.
-- Runs as: the caller; authz.claims checks the seal.
-- Raises: WS301, WS309.
-- Why: for policies that must work without an organization; begin atomic: names are bound when it
--      is created, so no search_path can bend it (rule B5).
-- requires: sql/authz/functions/claims.sql

create or replace function authz.org_id_or_null()
returns text
language sql
stable
parallel restricted
begin atomic
select authz.claims() ->> 'org_id';
end;

comment on function authz.org_id_or_null() is 'Return the WorkOS organization id of the context, or null when it has none.';
revoke all on function authz.org_id_or_null() from public;
grant execute on function authz.org_id_or_null()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
