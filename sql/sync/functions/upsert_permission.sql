-- Apply versions of permissions to the mirror, and return their keys and what changed.
-- Flow: called by sync.apply_object and sync.apply_objects; trigger _000_keep_newest decides.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when a payload lacks id or updated_at.
-- Why: one guarded statement: any order and any repetition end in the same rows.
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_permission(payloads jsonb[], change sync.change)
returns sync.upserted
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_done sync.upserted;
begin
  with versions as materialized (
    select distinct on (v.id) v.*
    from unnest(payloads) as p (payload)
    cross join lateral sync.make_version('workos.permissions', p.payload, change) as v
    order by v.id, v.source_updated_at desc
  ),
  written as (
    insert into workos.permissions as t (
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

comment on function sync.upsert_permission(jsonb[], sync.change)
is 'Apply versions of permissions to the mirror.';
revoke all on function sync.upsert_permission(jsonb[], sync.change) from public;
select sync.register_family(
  name => 'permission',
  relation => 'workos.permissions',
  upsert => 'sync.upsert_permission(jsonb[], sync.change)',
  events => '{permission.created, permission.updated}',
  delete_events => '{permission.deleted}',
  list_paths => '{/authorization/permissions}',
  get_paths => '{"/authorization/permissions/{slug}"}'
);
