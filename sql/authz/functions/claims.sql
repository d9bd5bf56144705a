-- Return the claims of this transaction's context.
-- Flow: read by every claim reader, and through them by every policy, once per statement.
-- Runs as: orgscope_sealer, definer.
-- Raises: WS301 when there is no context with a valid seal; WS309 when its token has expired.
-- Why: loud, never silently empty. Parallel restricted: the seal names the backend.
set local role orgscope_sealer;

create or replace function authz.claims()
returns jsonb
language plpgsql
stable
parallel restricted
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_claims constant jsonb := authz.current_context();
begin
  if v_claims is null then
    raise exception using
      errcode = 'WS301',
      message = 'this transaction has no context, so no row can be decided',
      hint = 'Open one with authz.begin(token): get_org_scoped_db() does so.';
  elsif ((v_claims ->> 'until')::numeric < extract(epoch from clock_timestamp())) is true then
    raise exception using
      errcode = 'WS309',
      message = 'the token of this context has expired',
      hint = 'Refresh the session and begin again.';
  end if;
  return v_claims;
end
$$;

comment on function authz.claims() is 'Return the claims of this transaction''s context.';
revoke all on function authz.claims() from public;
grant execute on function authz.claims()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
