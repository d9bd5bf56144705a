-- Apply one version of an organization membership to the mirror and return applied or stale.
-- Flow: called by sync.apply_event and sync.apply_object.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when the payload lacks id or updated_at, or an id of its parents.
-- Why: one guarded statement: any order and any repetition end in the same row.
--      A tombstone that lacks the ids of its parents asks for the person to be read again (rule B6).
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_organization_membership(payload jsonb, change sync.change)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_applied boolean;
  v_parent_deleted_at timestamptz;
begin
  if not change.deleted then
    perform sync.object_id(payload, 'organization_id'), sync.object_id(payload, 'user_id');
  elsif not payload ?& array['organization_id', 'user_id'] then
    perform sync.queue_task('refetch', coalesce(
      'user:' || (payload ->> 'user_id'), 'organization_membership:' || (payload ->> 'id')
    ));
  end if;
  v_parent_deleted_at := sync.live_organization(payload ->> 'organization_id');
  v_parent_deleted_at := coalesce(sync.live_user(payload ->> 'user_id'), v_parent_deleted_at);
  insert into workos.organization_memberships as t (
    id, raw, lossy, source_updated_at, event_id, deleted_at, origin
  )
  values (
    sync.object_id(payload), payload, change.lossy, sync.object_version(payload, change),
    change.event_id, coalesce(
      case when change.deleted then change.occurred_at end, v_parent_deleted_at
    ), change.origin
  )
  on conflict (id) do update
    set raw = case when change.deleted then coalesce(t.raw, excluded.raw) else excluded.raw end,
        lossy = excluded.lossy, source_updated_at = excluded.source_updated_at,
        event_id = excluded.event_id, deleted_at = excluded.deleted_at,
        synced_at = excluded.synced_at, origin = excluded.origin
    where sync.supersedes(
      t.deleted_at, t.source_updated_at, t.event_id, t.raw,
      excluded.deleted_at, excluded.source_updated_at, excluded.event_id, excluded.raw
    );
  v_applied := found;
  return case when v_applied then 'applied' else 'stale' end;
end
$$;

comment on function sync.upsert_organization_membership(jsonb, sync.change)
is 'Apply one version of an organization membership to the mirror.';
revoke all on function sync.upsert_organization_membership(jsonb, sync.change) from public;
select sync.register_family(
  'organization_membership', 'organization_membership', 'workos.organization_memberships', 'sync.upsert_organization_membership(jsonb, sync.change)',
  '{"organization_id": "organization", "user_id": "user"}'
);
