-- Apply one version of an organization domain to the mirror and return applied or stale.
-- Flow: called by sync.apply_object and, for nested domains, by sync.upsert_organization; trigger
--       _000_keep_newest decides.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when the payload lacks id, updated_at or organization_id.
-- Why: one guarded statement: any order and any repetition end in the same row.
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_organization_domain(payload jsonb, change sync.change)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version sync.version;
  v_dead_since timestamptz;
begin
  -- organization_domain.verification_failed wraps the domain beside a reason.
  if not payload ? 'id' then
    payload := payload -> 'organization_domain';
  end if;
  if not change.deleted then
    v_dead_since := sync.live_organization(sync.object_id(payload, 'organization_id'));
  end if;
  v_version := sync.make_version('workos.organization_domains', payload, change, v_dead_since);
  insert into workos.organization_domains as t (
    id, raw, lossy, source_updated_at, event_id, deleted_at, synced_at, origin
  )
  values (v_version.*)
  on conflict (id) do update
    set raw = excluded.raw, lossy = excluded.lossy,
        source_updated_at = excluded.source_updated_at, event_id = excluded.event_id,
        deleted_at = excluded.deleted_at, synced_at = excluded.synced_at, origin = excluded.origin;
  return case when found then 'applied' else 'stale' end;
end
$$;

comment on function sync.upsert_organization_domain(jsonb, sync.change)
is 'Apply one version of an organization domain to the mirror.';
revoke all on function sync.upsert_organization_domain(jsonb, sync.change) from public;
select sync.register_family(
  name => 'organization_domain',
  event_prefix => 'organization_domain',
  relation => 'workos.organization_domains',
  upsert => 'sync.upsert_organization_domain(jsonb, sync.change)',
  parents => '{"organization_id": "organization"}'
);
