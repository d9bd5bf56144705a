-- Apply one version of a user to the mirror and return applied or stale.
-- Flow: called by sync.apply_object; trigger _000_keep_newest decides.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when the payload lacks id or updated_at.
-- Why: one guarded statement: any order and any repetition end in the same row.
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_user(payload jsonb, change sync.change)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version sync.version;
begin
  v_version := sync.make_version('workos.users', payload, change);
  insert into workos.users as t (
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

comment on function sync.upsert_user(jsonb, sync.change)
is 'Apply one version of a user to the mirror.';
revoke all on function sync.upsert_user(jsonb, sync.change) from public;
select sync.register_family(
  name => 'user',
  event_prefix => 'user',
  relation => 'workos.users',
  upsert => 'sync.upsert_user(jsonb, sync.change)'
);
