-- Return who acts: the impersonator, the job or the login; otherwise the user.
-- Flow: read by policies as (select authz.actor()), so that it is evaluated once per statement.
-- Runs as: the caller; authz.claims checks the seal.
-- Raises: WS301, WS309.
-- Why: audit asks for the hand, not for the name it acted under; begin atomic: names are bound when
--      it is created, so no search_path can bend it (rule B5).
-- requires: sql/authz/functions/claims.sql

create or replace function authz.actor()
returns text
language sql
stable
parallel restricted
begin atomic
select coalesce(authz.claims() ->> 'actor', authz.claims() ->> 'user_id');
end;

comment on function authz.actor() is 'Return who acts: the impersonator, the job or the login; otherwise the user.';
revoke all on function authz.actor() from public;
grant execute on function authz.actor()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
