-- Return what authz.begin would say of a person, and authz.begin_system of a job, by the mirror.
-- Flow: read by `orgscope policy explain`; $1 is the user id, null for a job, $2 the organization
--       id or null.
-- Runs as: orgscope_admin, after authz.begin_privileged.
-- Raises: nothing.
-- Why: a policy is not to blame for rows that no context would reach. Opening a context takes a
--      token or the login of jobs, so the rules of authz.decide and authz.open_system_context stand
--      here once more; without the session of the token, which is not known, and without erasures:
--      the mirror does not know who was erased, and so they are refused with another code.
select
  case
    when w.user_id is null then case
      when (w.org_id ~ '^org_[A-Za-z0-9]{1,64}$') is not true then 'WS323'
      when o.id is null or o.deleted_at is not null then 'WS311'
    end
    when u.deleted_at is not null then 'WS310'
    when w.org_id is null then case when u.raw is null then 'WS324' end
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
