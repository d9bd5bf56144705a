-- Open the context of a request: after this, this transaction sees what the token's person may see.
-- Flow: the first statement after BEGIN; policies/ decide every later one.
-- Runs as: the caller (orgscope_api); it alone sets the role, to orgscope_user.
-- Raises: WS302 to WS324, each from the step of authz.open_context that says so.
-- Why: begin atomic and no SET clause: a SET clause would take back the search_path pinned here;
--      and one statement, because SQL functions are planned with each call. The request role keeps
--      EXECUTE, so that a role left behind on a pooled backend cannot lock it (rule B11). The name
--      is quoted for psql, which takes a bare begin after create function for the body's.
-- Example: begin; select authz.begin('eyJ…', '{"id": "req-1"}'); select * from app.events; commit;
-- requires: sql/authz/functions/open_context.sql

create or replace function authz."begin"( -- noqa: RF06
  token text,
  request jsonb default null,
  scope text default null,
  snapshot boolean default false
)
returns void
language sql
volatile
begin atomic
select
  set_config('search_path', 'pg_catalog, pg_temp', true),
  set_config('row_security', 'on', true),
  set_config('role', 'orgscope_user', true)
from authz.open_context(token, request, scope, snapshot);
end;

comment on function authz.begin(text, jsonb, text, boolean) is
'Open the context of a request from a WorkOS access token; the first statement after BEGIN.';
revoke all on function authz.begin(text, jsonb, text, boolean) from public;
grant execute on function authz.begin(text, jsonb, text, boolean) to orgscope_api, orgscope_user;
