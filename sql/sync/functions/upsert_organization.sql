-- Apply one version of an organization to the mirror and return applied or stale.
-- Flow: called by sync.apply_object; trigger _000_keep_newest decides.
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
  v_version sync.version;
  v_outcome text;
begin
  v_version := sync.make_version('workos.organizations', payload, change);
  insert into workos.organizations as t (
    id, raw, lossy, source_updated_at, event_id, deleted_at, synced_at, origin
  )
  values (v_version.*)
  on conflict (id) do update
    set raw = excluded.raw, lossy = excluded.lossy,
        source_updated_at = excluded.source_updated_at, event_id = excluded.event_id,
        deleted_at = excluded.deleted_at, synced_at = excluded.synced_at, origin = excluded.origin;
  v_outcome := case when found then 'applied' else 'stale' end;
  -- Nested domains are versions like any other; one that is not listed is no delete. An odd one
  -- makes the organization lossy, and does not keep it back.
  if not change.deleted then
    perform case
      when change.lossy then (sync.apply_object(f, d.domain, change)).outcome
      else sync.upsert_organization_domain(d.domain, change)
    end
    from sync.families as f
    cross join lateral jsonb_path_query(
      payload, '$.domains[*] ? (@.organization_id == $.id && @.updated_at.type() == "string")'
    ) as d (domain)
    where f.name = 'organization_domain';
  end if;
  return v_outcome;
end
$$;

comment on function sync.upsert_organization(jsonb, sync.change)
is 'Apply one version of an organization to the mirror.';
revoke all on function sync.upsert_organization(jsonb, sync.change) from public;
select sync.register_family(
  name => 'organization',
  event_prefix => 'organization',
  relation => 'workos.organizations',
  upsert => 'sync.upsert_organization(jsonb, sync.change)'
);
