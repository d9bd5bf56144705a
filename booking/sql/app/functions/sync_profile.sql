-- Make, follow or withdraw the profile of one person in one practice, from the mirror.
-- Flow: called by the triggers on memberships and users; the worker calls it again when it failed.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing of its own.
-- Why: it reads the mirror's state and not the event, so that any order and any repetition end the
--      same. WorkOS owns names and address; the person owns the rest, which no statement here
--      names.
set local role orgscope_definer;

create or replace function app.sync_profile(org_id text, user_id text)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_active constant boolean := exists (
    select from workos.organization_memberships as m
    where m.user_id = sync_profile.user_id and m.organization_id = sync_profile.org_id
      and m.status = 'active' and m.deleted_at is null
  );
begin
  if v_active then
    insert into app.profiles as p (org_id, user_id, email, first_name, last_name)
    select sync_profile.org_id, u.id, u.email, u.first_name, u.last_name
    from workos.users as u
    where u.id = sync_profile.user_id
    on conflict on constraint profiles_pkey do update
      set email = excluded.email, first_name = excluded.first_name,
          last_name = excluded.last_name, withdrawn_at = null, updated_at = now()
      where (p.email, p.first_name, p.last_name, p.withdrawn_at)
        is distinct from (excluded.email, excluded.first_name, excluded.last_name, null);
  else
    update app.profiles as p set withdrawn_at = now(), updated_at = now()
    where p.org_id = sync_profile.org_id and p.user_id = sync_profile.user_id
      and p.withdrawn_at is null;
  end if;
end
$$;

comment on function app.sync_profile(text, text)
is 'Make, follow or withdraw the profile of one person in one practice, from the mirror.';
revoke all on function app.sync_profile(text, text) from public;
grant execute on function app.sync_profile(text, text) to orgscope_sync;
