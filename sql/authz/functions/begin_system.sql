-- Open the context of a job inside one organization: the request role, an actor, and no user.
-- Flow: the first statement after BEGIN of a job's transaction.
-- Runs as: the caller (orgscope_job); it alone sets the role, to orgscope_user.
-- Raises: what authz.open_system_context raises.
-- Why: begin atomic and the pinned settings: see authz.begin. A job keeps its own time-outs.
-- Example: begin; select authz.begin_system('org_01H…', 'nightly-export', 'invoice run'); …
-- requires: sql/authz/functions/open_system_context.sql

create or replace function authz.begin_system(org_id text, actor text, reason text)
returns void
language sql
volatile
begin atomic
select
  set_config('search_path', 'pg_catalog, pg_temp', true),
  set_config('row_security', 'on', true),
  set_config('role', 'orgscope_user', true)
from authz.open_system_context(org_id, actor, reason);
end;

comment on function authz.begin_system(text, text, text)
is 'Open the context of a job inside one organization.';
revoke all on function authz.begin_system(text, text, text) from public;
grant execute on function authz.begin_system(text, text, text) to orgscope_job;
