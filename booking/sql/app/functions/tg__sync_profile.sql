-- Keep profiles in step with a membership or a user that changed.
-- Flow: trigger _500_sync_profile of workos.organization_memberships and workos.users.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing of the hook's: see sync.run_hook.
-- Why: members edit their own profile, so they can lock it: the mirror must not wait for them.
set local role orgscope_definer;

create or replace function app.tg__sync_profile()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if tg_table_name = 'organization_memberships' then
    perform sync.run_hook('app.sync_profile', new.organization_id, new.user_id);
  else
    perform sync.run_hook('app.sync_profile', m.organization_id, m.user_id)
    from workos.organization_memberships as m
    where m.user_id = new.id;
  end if;
  return null;
end
$$;

comment on function app.tg__sync_profile()
is 'Keep profiles in step with a membership or a user that changed.';
revoke all on function app.tg__sync_profile() from public;
grant execute on function app.tg__sync_profile() to orgscope_owner;
