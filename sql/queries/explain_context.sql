-- Return what authz.begin would say of a person and an organization, by the mirror alone.
-- Flow: read by `orgscope policy explain`; $1 is the user id, $2 the organization id or null.
-- Runs as: orgscope_admin, after authz.begin_privileged.
-- Raises: nothing.
-- Why: a policy is not to blame for rows that no context would reach. Opening a context takes a
--      token, and the session of that token is not known here.
select
  case
    when u.id is null or u.deleted_at is not null then 'WS310'
    when u.raw is null then 'WS324'
    when w.org_id is null then null
    when o.deleted_at is not null then 'WS311'
    when m.id is null then 'WS312'
    when m.is_active is not true then 'WS313'
  end as refused,
  m.role_slug,
  coalesce(
    (select case when r.deleted_at is null then nullif(r.permissions, 'null') end
     from workos.roles as r
     where r.id in (w.org_id || ':' || m.role_slug, 'environment:' || m.role_slug)
       and r.raw is not null
     order by r.organization_id nulls last
     limit 1), '[]'
  ) as permissions
from (values ($1::text, $2::text)) as w (user_id, org_id)
left join workos.users as u on w.user_id = u.id
left join workos.organizations as o on w.org_id = o.id
left join lateral (
  select
    n.id, n.role_slug, (n.deleted_at is null and n.status = 'active') is true as is_active
  from workos.organization_memberships as n
  where n.user_id = w.user_id and n.organization_id = w.org_id
  order by is_active desc, n.id asc
  limit 1
) as m on true
