-- Return the id of the request that opened the context, or null.
-- Flow: read by policies as (select authz.request_id()), so that it is evaluated once per
--      statement.
-- Runs as: the caller; authz.claims checks the seal.
-- Raises: WS301, WS309.
-- Why: for audit only: it is the caller's word, and no policy may use it; begin atomic: names are
--      bound when it is created, so no search_path can bend it (rule B5).
-- requires: sql/authz/functions/claims.sql

create or replace function authz.request_id()
returns text
language sql
stable
parallel restricted
begin atomic
select authz.claims() #>> '{request,id}';
end;

comment on function authz.request_id() is 'Return the id of the request that opened the context, or null.';
revoke all on function authz.request_id() from public;
grant execute on function authz.request_id()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
