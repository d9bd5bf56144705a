-- Seal a context for a job of ours that acts inside one organization, without a user.
-- Flow: called by authz.begin_system, which then sets the role.
-- Runs as: orgscope_sealer, definer.
-- Raises: WS311, WS315, WS321, WS323, and what authz.check_transaction and authz.seal raise.
-- Why: whoever may execute this can be any organization (rule B7): only orgscope_job may.
set local role orgscope_sealer;

create or replace function authz.open_system_context(org_id text, actor text, reason text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if (org_id ~ '^org_[A-Za-z0-9]{1,64}$') is not true or (actor is not null) is not true then
    raise exception using
      errcode = 'WS323',
      message = 'authz.begin_system needs a WorkOS organization id and the name of the actor';
  end if;
  perform authz.check_transaction(false);
  if authz.is_erased(org_id) then
    perform authz.refuse('WS315');
  end if;
  if (
    select o.deleted_at is null from workos.organizations as o
    where o.id = open_system_context.org_id
  ) is not true then
    perform authz.refuse('WS311');
  end if;
  perform authz.log_context('system', actor, org_id, reason);
  perform authz.seal('system', jsonb_build_object('org_id', org_id, 'actor', actor));
end
$$;

comment on function authz.open_system_context(text, text, text)
is 'Seal a context for a job that acts inside one organization.';
revoke all on function authz.open_system_context(text, text, text) from public;
grant execute on function authz.open_system_context(text, text, text) to orgscope_job;
