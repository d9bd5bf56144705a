-- Seal a privileged context for an administrator or an auditor who gave a reason.
-- Flow: called by authz.begin_privileged with the role that the caller acts as.
-- Runs as: orgscope_sealer, definer.
-- Raises: WS321, and what authz.check_transaction and authz.seal raise.
-- Why: acting is the caller's word, so the session's own membership is what counts.
set local role orgscope_sealer;

create or replace function authz.open_privileged_context(acting text, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_kind constant text := case acting
    when 'orgscope_admin' then 'admin'
    when 'orgscope_auditor' then 'auditor'
  end;
begin
  if (v_kind is not null and pg_has_role(session_user, acting, 'member')) is not true then
    raise exception using
      errcode = 'WS321',
      message = 'a privileged context is for the administrator and auditor logins',
      hint = 'Connect as that login; orgscope roles makes it.';
  end if;
  perform authz.check_transaction(false);
  perform authz.log_context(v_kind, session_user, null, reason);
  perform authz.seal(v_kind, jsonb_build_object('actor', session_user));
end
$$;

comment on function authz.open_privileged_context(text, text)
is 'Seal a privileged context for an administrator or an auditor who gave a reason.';
revoke all on function authz.open_privileged_context(text, text) from public;
grant execute on function authz.open_privileged_context(text, text)
to orgscope_admin, orgscope_auditor;
