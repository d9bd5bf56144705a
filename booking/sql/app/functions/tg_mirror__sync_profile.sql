-- Keep profiles in step with a membership or a user that changed.
-- Flow: trigger _500_sync_profile of workos.organization_memberships and workos.users.
-- Runs as: orgscope_definer, definer.
-- Raises: only what is worth a retry by the sender: classes 40, 53, 55, 57, 58 and XX.
-- Why: a project's error must not stop the mirror: it goes to sync.tasks, with what to do again.
set local role orgscope_definer;

create or replace function app.tg_mirror__sync_profile()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_member record;
begin
  for v_member in
    select m.organization_id, m.user_id
    from workos.organization_memberships as m
    where (tg_table_name = 'organization_memberships' and m.id = new.id)
      or (tg_table_name = 'users' and m.user_id = new.id)
  loop
    begin
      perform app.sync_profile(v_member.organization_id, v_member.user_id);
    exception when others then
      if left(sqlstate, 2) in ('40', '53', '55', '57', '58', 'XX') then
        raise;
      end if;
      perform sync.queue_task(
        'hook', concat_ws(':', 'app.sync_profile', v_member.organization_id, v_member.user_id),
        error => sqlstate || ' ' || sqlerrm
      );
    end;
  end loop;
  return null;
end
$$;

comment on function app.tg_mirror__sync_profile()
is 'Keep profiles in step with a membership or a user that changed.';
revoke all on function app.tg_mirror__sync_profile() from public;
grant execute on function app.tg_mirror__sync_profile() to orgscope_owner;
