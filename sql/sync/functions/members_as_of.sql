-- Return who belonged to an organization at a time, and how.
-- Flow: for people and reports; sync.object_as_of is for one object of any family.
-- Runs as: the caller, who needs to see the mirror and its history.
-- Raises: nothing of its own; WS301 without a reason given.
-- Why: the time is WorkOS's: since when it was so there, not when it arrived here. Status says
--      whether it gave access. Nobody is left out because the mirror began, or missed an update,
--      after the time: where is_known is false, the membership was there by its created_at, and its
--      status, role and since are null, because nobody here knows them. A trimmed delete that came
--      first does not name the organization; what came late does. When a person or an organization
--      goes, so do its memberships, whatever the delete of each says.
-- Example: select * from sync.members_as_of('org_01…', '2026-03-03')
--          where status = 'active' or not is_known;
set local role orgscope_definer;

create or replace function sync.members_as_of(organization_id text, at timestamptz)
returns table (
  membership_id text, user_id text, email text, status text, role_slug text, since timestamptz,
  is_known boolean
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select
    m.id, p.id, u.raw ->> 'email', v.raw ->> 'status', v.raw #>> '{role,slug}',
    v.since, v.is_known
  from workos.organization_memberships as m
  cross join lateral sync.object_as_of('organization_membership', m.id, at) as v
  cross join lateral (select coalesce(m.user_id, v.raw ->> 'user_id') as id) as p
  left join lateral sync.object_as_of('user', p.id, at) as u on true
  where (
    m.organization_id = members_as_of.organization_id
    or m.organization_id is null and exists (
      select from sync.history as h
      where h.family = 'organization_membership' and h.object_id = m.id
        and h.raw ->> 'organization_id' = members_as_of.organization_id
    )
  )
  and not exists (
    select from workos.organizations as o
    where o.id = members_as_of.organization_id and o.deleted_at <= at
  )
  and not exists (select from workos.users as d where d.id = p.id and d.deleted_at <= at)
  order by m.id;
end
$$;

comment on function sync.members_as_of(text, timestamptz)
is 'Return who belonged to an organization at a time, and how; is_known is false where only that '
'they did is known.';
revoke all on function sync.members_as_of(text, timestamptz) from public;
grant execute on function sync.members_as_of(text, timestamptz)
to orgscope_admin, orgscope_auditor;
