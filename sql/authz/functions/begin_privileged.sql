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
select
  set_config('search_path', 'pg_catalog, pg_temp', true),
  set_config('row_security', 'on', true)
from authz.open_privileged_context(current_user::text, reason);
end;

comment on function authz.begin_privileged(text) is 'Open a privileged context, with a reason.';
revoke all on function authz.begin_privileged(text) from public;
grant execute on function authz.begin_privileged(text) to orgscope_admin, orgscope_auditor;
