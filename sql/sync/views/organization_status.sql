-- Show for each organization up to when its mirror is proven, and what differed.
-- Flow: the login of monitor; a project may ask here before it trusts a list of members.
-- Runs as: orgscope_definer, the view's owner: it shows ids and counts.
-- Raises: nothing.
-- Why: an organization is compared with all others or by itself, whichever was later.
-- requires: sql/sync/views/status.sql
set local role orgscope_definer;

create or replace view sync.organization_status as
select
  o.id as organization_id,
  o.raw is null as is_stub,
  (select s.fed_up_to from sync.status as s) as fed_up_to,
  r.finished_at as reconciled_at,
  (
    select count(*) from sync.differences as d
    where d.run_id = r.run_id and d.organization_id = o.id and d.state in ('found', 'suspected')
  ) as differences
from workos.organizations as o
left join lateral (
  select c.run_id, c.finished_at from sync.runs as c
  where c.state = 'done' and c.kind = 'reconcile' and c.scope in ('all', 'organization:' || o.id)
  order by c.run_id desc limit 1
) as r on true
where o.deleted_at is null;

comment on view sync.organization_status is
'For each organization: up to when its mirror is proven, and what differed.';
comment on column sync.organization_status.organization_id is 'The organization.';
comment on column sync.organization_status.is_stub is 'True while only a child has named it.';
comment on column sync.organization_status.fed_up_to is
'Every event that occurred before this was read, and applied unless it is a failed one.';
comment on column sync.organization_status.reconciled_at is
'When it was last compared with WorkOS.';
comment on column sync.organization_status.differences is
'What differed then and was not mended.';
revoke all on sync.organization_status from public;
grant select on sync.organization_status to orgscope_monitor;
