-- Return who belonged to an organization at a time, and how.
-- Flow: for people and reports; sync.object_as_of is for one object of any family.
-- Runs as: the caller, who needs to see the mirror and its history.
-- Raises: nothing; without a reason given, an admin or auditor sees no rows.
-- Why: the time is WorkOS's: since when it was so there, not when it arrived here. Status says
--      whether it gave access.
-- Example: select * from sync.members_as_of('org_01…', '2026-03-03') where status = 'active';
set local role orgscope_definer;

create or replace function sync.members_as_of(organization_id text, at timestamptz)
returns table (
  membership_id text, user_id text, email text, status text, role_slug text, since timestamptz
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select
    m.id, v.raw ->> 'user_id', u.raw ->> 'email', v.raw ->> 'status', v.raw #>> '{role,slug}',
    v.source_updated_at
  from workos.organization_memberships as m
  cross join lateral sync.object_as_of('organization_membership', m.id, at) as v
  left join lateral sync.object_as_of('user', m.user_id, at) as u on true
  where m.organization_id = members_as_of.organization_id
  order by m.id;
end
$$;

comment on function sync.members_as_of(text, timestamptz)
is 'Return who belonged to an organization at a time, and how.';
revoke all on function sync.members_as_of(text, timestamptz) from public;
grant execute on function sync.members_as_of(text, timestamptz)
to orgscope_admin, orgscope_auditor;
