-- Make sure that the mirror has the organization of a child, and return when it was deleted, if it was.
-- Flow: called by the upserts of its children, before they write.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: nobody waits for a parent: a stub stands in until its event comes. The share lock makes a
--      delete of the parent and a child that arrives meanwhile see each other. Locks are taken in
--      one order: organization, user, child.
set local role orgscope_definer;

create or replace function sync.live_organization(id text, out deleted_at timestamptz)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  select p.deleted_at into live_organization.deleted_at
  from workos.organizations as p
  where p.id = live_organization.id
  for share;
  if not found and live_organization.id is not null then
    insert into workos.organizations (id, origin) values (live_organization.id, 'stub')
    on conflict on constraint organizations_pkey do nothing;
    perform sync.queue_task('refetch', 'organization:' || live_organization.id, interval '1 minute');
    select p.deleted_at into live_organization.deleted_at
    from workos.organizations as p
    where p.id = live_organization.id
    for share;
  end if;
end
$$;

comment on function sync.live_organization(text)
is 'Make sure that the mirror has a organization, and return when it was deleted.';
revoke all on function sync.live_organization(text) from public;
