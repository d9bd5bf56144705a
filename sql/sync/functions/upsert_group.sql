-- Apply versions of groups to the mirror, and return their keys and what changed.
-- Flow: called by sync.apply_object and sync.apply_objects; trigger _000_keep_newest decides.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when a payload lacks id, updated_at or organization_id.
-- Why: one guarded statement: any order and any repetition end in the same rows.
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_group(payloads jsonb[], change sync.change)
returns sync.upserted
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_done sync.upserted;
  v_dead jsonb := jsonb_build_object();
begin
  if not change.deleted then
    v_dead := sync.hold_organizations(payloads);
  end if;
  with versions as materialized (
    select distinct on (v.id) v.*
    from unnest(payloads) as p (payload)
    cross join lateral sync.make_version(
      'workos.groups', p.payload, change,
      (v_dead ->> (p.payload ->> 'organization_id'))::timestamptz
    ) as v
    order by v.id, v.source_updated_at desc
  ),
  written as (
    insert into workos.groups as t (
      id, raw, lossy, source_updated_at, event_id, deleted_at, synced_at, origin
    )
    select * from versions
    on conflict (id) do update
      set raw = excluded.raw, lossy = excluded.lossy,
          source_updated_at = excluded.source_updated_at, event_id = excluded.event_id,
          deleted_at = excluded.deleted_at, synced_at = excluded.synced_at, origin = excluded.origin
    returning t.id
  )
  select (select array_agg(v.id) from versions as v), (select count(*) from written)
  into v_done.keys, v_done.applied;
  return v_done;
end
$$;

comment on function sync.upsert_group(jsonb[], sync.change)
is 'Apply versions of groups to the mirror.';
revoke all on function sync.upsert_group(jsonb[], sync.change) from public;
select sync.register_family(
  name => 'group',
  relation => 'workos.groups',
  upsert => 'sync.upsert_group(jsonb[], sync.change)',
  events => '{group.created, group.updated}',
  delete_events => '{group.deleted}',
  parents => '{"organization_id": "organization"}',
  list_paths => '{"/organizations/{id}/groups"}',
  list_parent => 'organization',
  get_paths => '{"/organizations/{organization_id}/groups/{id}"}'
);
