-- Return the memberships of a person as the mirror has them, of any status, by id.
-- Flow: called by orgscope.sync to find those that WorkOS has no more, or where WorkOS is away.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: as sync.mirrored_object: nothing deleted, nothing erased.
-- Example: select sync.mirrored_memberships('user_01…');
set local role orgscope_definer;

create or replace function sync.mirrored_memberships(user_id text)
returns setof jsonb
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  return query
  select m.raw
  from workos.organization_memberships as m
  inner join sync.families as f on f.name = 'organization_membership'
  where m.user_id = mirrored_memberships.user_id and m.deleted_at is null
    and not sync.concerns_erased(f, m.raw)
  order by m.id;
end
$$;

comment on function sync.mirrored_memberships(text)
is 'Return the memberships of a person as the mirror has them.';
revoke all on function sync.mirrored_memberships(text) from public;
grant execute on function sync.mirrored_memberships(text) to orgscope_sync;
