-- Open a privileged context: the administrator or auditor sees rows only after giving a reason.
-- Flow: the first statement after BEGIN; policies read authz.is_privileged.
-- Runs as: the caller, who keeps its role.
-- Raises: WS321 without a reason or from another login.
-- Why: break-glass instead of a bypass flag: logged, for one transaction, and nothing can widen it.
-- Example: begin; select authz.begin_privileged('ticket 4711'); select * from app.events; commit;
-- requires: sql/authz/functions/open_privileged_context.sql

create or replace function authz.begin_privileged(reason text)
returns void
language sql
volatile
begin atomic
select authz.open_privileged_context(current_user::text, reason);
select
  set_config('search_path', 'pg_catalog, pg_temp', true),
  set_config('row_security', 'on', true),
  set_config('timezone', 'UTC', true),
  set_config('datestyle', 'ISO, YMD', true),
  set_config('transform_null_equals', 'off', true),
  set_config('gin_fuzzy_search_limit', '0', true),
  set_config('standard_conforming_strings', 'on', true);
end;

comment on function authz.begin_privileged(text) is 'Open a privileged context, with a reason.';
revoke all on function authz.begin_privileged(text) from public;
grant execute on function authz.begin_privileged(text) to orgscope_admin, orgscope_auditor;
