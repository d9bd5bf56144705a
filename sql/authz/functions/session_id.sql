-- Return the WorkOS session id of the context; null in a system context.
-- Flow: read by policies as (select authz.session_id()), so that it is evaluated once per
--      statement.
-- Runs as: the caller; authz.claims checks the seal.
-- Raises: WS301, WS309.
-- Why: begin atomic: names are bound when it is created, so no search_path can bend it (rule B5).
-- requires: sql/authz/functions/claims.sql

create or replace function authz.session_id()
returns text
language sql
stable
parallel restricted
begin atomic
select authz.claims() ->> 'session_id';
end;

comment on function authz.session_id() is 'Return the WorkOS session id of the context; null in a system context.';
revoke all on function authz.session_id() from public;
grant execute on function authz.session_id()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
