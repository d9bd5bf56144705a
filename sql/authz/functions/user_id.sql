-- Return the WorkOS user id of the context; null in a system context.
-- Flow: the default of columns, and functions of the project; policies read
--      authz.user_id_or_null().
-- Runs as: the caller; authz.sealed_claims checks the seal.
-- Raises: WS301, WS309.
-- Why: begin atomic: names are bound when it is created, so no search_path can bend it (rule B5).
-- requires: sql/authz/functions/claims.sql

create or replace function authz.user_id()
returns text
language sql
stable
parallel restricted
begin atomic
select authz.claims() ->> 'user_id';
end;

comment on function authz.user_id() is 'Return the WorkOS user id of the context; null in a system context.';
revoke all on function authz.user_id() from public;
grant execute on function authz.user_id()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
