-- Apply one version of an organization membership to the mirror and return applied or stale.
-- Flow: called by sync.apply_object; trigger _000_keep_newest decides.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when the payload lacks id, updated_at, organization_id or user_id.
-- Why: one guarded statement: any order and any repetition end in the same row.
--      A tombstone without the ids of its parents asks for the person to be read again (rule B6).
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_organization_membership(payload jsonb, change sync.change)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version sync.version;
  v_dead_since timestamptz;
  v_row record;
begin
  if not change.deleted then
    v_dead_since := sync.live_organization(sync.object_id(payload, 'organization_id'));
    v_dead_since := least(v_dead_since, sync.live_user(sync.object_id(payload, 'user_id')));
  end if;
  v_version := sync.make_version('workos.organization_memberships', payload, change, v_dead_since);
  insert into workos.organization_memberships as t (
    id, raw, lossy, source_updated_at, event_id, deleted_at, synced_at, origin
  )
  values (v_version.*)
  on conflict (id) do update
    set raw = excluded.raw, lossy = excluded.lossy,
        source_updated_at = excluded.source_updated_at, event_id = excluded.event_id,
        deleted_at = excluded.deleted_at, synced_at = excluded.synced_at, origin = excluded.origin
  returning t.user_id, t.organization_id into v_row;
  if not found then
    return 'stale';
  elsif v_row.user_id is null or v_row.organization_id is null then
    perform sync.queue_task('refetch', coalesce(
      'user:' || v_row.user_id, 'organization_membership:' || (payload ->> 'id')
    ));
  end if;
  return 'applied';
end
$$;

comment on function sync.upsert_organization_membership(jsonb, sync.change)
is 'Apply one version of an organization membership to the mirror.';
revoke all on function sync.upsert_organization_membership(jsonb, sync.change) from public;
select sync.register_family(
  name => 'organization_membership',
  event_prefix => 'organization_membership',
  relation => 'workos.organization_memberships',
  upsert => 'sync.upsert_organization_membership(jsonb, sync.change)',
  parents => '{"organization_id": "organization", "user_id": "user"}'
);
