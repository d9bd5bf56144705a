-- Apply one version of a session to the mirror and return applied or stale.
-- Flow: called by sync.apply_object; trigger _000_keep_newest decides.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when the payload lacks id, updated_at or user_id.
-- Why: one guarded statement: any order and any repetition end in the same row.
--      A session belongs to its person: it goes on when the organization it is in is deleted, and
--      the person may switch to another.
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_session(payload jsonb, change sync.change)
returns text
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version sync.version;
  v_dead_since timestamptz;
begin
  if not change.deleted then
    v_dead_since := sync.live_user(sync.object_id(payload, 'user_id'));
  end if;
  v_version := sync.make_version('workos.sessions', payload, change, v_dead_since);
  insert into workos.sessions as t (
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

comment on function sync.upsert_session(jsonb, sync.change)
is 'Apply one version of a session to the mirror.';
revoke all on function sync.upsert_session(jsonb, sync.change) from public;
select sync.register_family(
  name => 'session',
  event_prefix => 'session',
  relation => 'workos.sessions',
  upsert => 'sync.upsert_session(jsonb, sync.change)',
  parents => '{"user_id": "user"}'
);
