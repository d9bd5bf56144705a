-- Make sure that the mirror has the user of a child, and return when it was deleted.
-- Flow: called by the upserts of its children, before they write.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: nobody waits for a parent: a stub stands in until its event comes. The share lock makes a
--      delete of the parent and a child that arrives meanwhile see each other. Locks are taken in
--      one order: organization, user, child; a task after the row that it is about.
set local role orgscope_definer;

create or replace function sync.live_user(id text, out deleted_at timestamptz)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  select p.deleted_at into live_user.deleted_at
  from workos.users as p where p.id = live_user.id for share;
  if found then
    return;
  end if;
  insert into workos.users (id, origin) values (live_user.id, 'stub')
  on conflict on constraint users_pkey do nothing;
  if found then
    perform sync.queue_task('refetch', concat_ws(':', 'user', live_user.id), interval '1 minute');
    return;
  end if;
  -- Somebody else made it in the meantime.
  select p.deleted_at into live_user.deleted_at
  from workos.users as p where p.id = live_user.id for share;
end
$$;

comment on function sync.live_user(text)
is 'Make sure that the mirror has a user, and return when it was deleted.';
revoke all on function sync.live_user(text) from public;
