-- Apply one version of an organization to the mirror and return applied or stale.
-- Flow: called by sync.apply_event and sync.apply_object.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when the payload lacks id or updated_at.
-- Why: one guarded statement: any order and any repetition end in the same row.
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_organization(payload jsonb, change sync.change)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_applied boolean;
begin
  insert into workos.organizations as t (
    id, raw, lossy, source_updated_at, event_id, deleted_at, origin
  )
  values (
    sync.object_id(payload), payload, change.lossy, sync.object_version(payload, change),
    change.event_id, case when change.deleted then change.occurred_at end, change.origin
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
  -- Nested domains are versions like any other; one that is not listed is no delete.
  if not change.deleted then
    perform sync.upsert_organization_domain(d.domain, change)
    from jsonb_array_elements(coalesce(payload -> 'domains', '[]')) as d (domain)
    where d.domain ? 'updated_at' and d.domain ->> 'organization_id' = payload ->> 'id';
  end if;
  return case when v_applied then 'applied' else 'stale' end;
end
$$;

comment on function sync.upsert_organization(jsonb, sync.change)
is 'Apply one version of an organization to the mirror.';
revoke all on function sync.upsert_organization(jsonb, sync.change) from public;
select sync.register_family(
  'organization', 'organization', 'workos.organizations', 'sync.upsert_organization(jsonb, sync.change)'
);
