-- Make sure that the mirror has the organization of a child, and return when it was deleted.
-- Flow: called by the upserts of its children, before they write.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: nobody waits for a parent: a stub stands in until its event comes. The share lock makes a
--      delete of the parent and a child that arrives meanwhile see each other. Locks are taken in
--      one order: organization, user, child; a task after the row that it is about.
set local role orgscope_definer;

create or replace function sync.live_organization(id text, out deleted_at timestamptz)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  select p.deleted_at into live_organization.deleted_at
  from workos.organizations as p where p.id = live_organization.id for share;
  if found then
    return;
  end if;
  insert into workos.organizations (id, origin) values (live_organization.id, 'stub')
  on conflict on constraint organizations_pkey do nothing;
  if found then
    perform sync.queue_task('refetch', concat_ws(':', 'organization', live_organization.id), interval '1 minute');
    return;
  end if;
  -- Somebody else made it in the meantime.
  select p.deleted_at into live_organization.deleted_at
  from workos.organizations as p where p.id = live_organization.id for share;
end
$$;

comment on function sync.live_organization(text)
is 'Make sure that the mirror has an organization, and return when it was deleted.';
revoke all on function sync.live_organization(text) from public;
