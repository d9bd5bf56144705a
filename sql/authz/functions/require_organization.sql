-- Raise because the context has no organization.
-- Flow: called by authz.org_id.
-- Runs as: the caller.
-- Raises: WS302, always.
-- Why: a body of begin atomic cannot raise by itself.

create or replace function authz.require_organization()
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'WS302',
    message = 'the context has no organization',
    hint = 'Sign in to an organization; policies that must work without read org_id_or_null().';
end
$$;

comment on function authz.require_organization() is 'Raise because the context has no organization.';
revoke all on function authz.require_organization() from public;
grant execute on function authz.require_organization()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
