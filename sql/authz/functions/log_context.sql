-- Write who opens a context that needs a reason, and why.
-- Flow: called before a system or privileged context is sealed, and with each change of keys.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS321 when the reason is missing or too long.
-- Why: no reason, no rows: the row commits with what was done under it, or neither does.
set local role orgscope_sealer;

create or replace function authz.log_context(kind text, actor text, org_id text, reason text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if (length(btrim(reason)) between 3 and 500) is not true
    or (coalesce(length(actor), 1) between 1 and 255) is not true
  then
    raise exception using
      errcode = 'WS321',
      message = 'a reason of 3 to 500 characters is needed, and an actor of 1 to 255',
      hint = 'Say why: the text is kept in audit.contexts.';
  end if;
  insert into audit.contexts (kind, login, actor, org_id, reason)
  values (kind, session_user, actor, org_id, btrim(reason));
end
$$;

comment on function authz.log_context(text, text, text, text)
is 'Write who opens a context that needs a reason, and why.';
revoke all on function authz.log_context(text, text, text, text) from public;
