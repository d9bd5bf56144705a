-- Apply versions of members of directory groups, and return their keys and what changed.
-- Flow: called by sync.apply_object and sync.apply_objects; trigger _000_keep_latest decides.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when a payload lacks the ids of the group and the user.
-- Why: one guarded statement: any order and any repetition end in the same rows. A member has no
--      id: its key is the group and the user. An event holds both, which are versions of their own.
--      What is listed is the user, whose list counts for the rate limit of what stands behind #.
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_directory_group_member(payloads jsonb[], change sync.change)
returns sync.upserted
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_done sync.upserted;
  v_dead jsonb := jsonb_build_object();
begin
  perform sync.apply_embedded(payloads, change, 'directory_group', 'group');
  perform sync.apply_embedded(payloads, change, 'directory_user', 'user');
  payloads := array(
    select jsonb_strip_nulls(jsonb_build_object(
      'directory_id', p.payload -> 'directory_id',
      'directory_group_id', sync.object_id(m.parts, 'group'),
      'directory_user_id', sync.object_id(m.parts, 'user')
    ))
    from unnest(payloads) as p (payload)
    cross join lateral jsonb_build_object(
      'group', coalesce(p.payload -> 'directory_group_id', p.payload #> '{group,id}'),
      'user', coalesce(p.payload #> '{user,id}', p.payload -> 'id')
    ) as m (parts)
  );
  if not change.deleted then
    v_dead := sync.hold_directory_groups(payloads) || sync.hold_directory_users(payloads);
  end if;
  with versions as materialized (
    select distinct on (v.id) v.*
    from unnest(payloads) as p (payload)
    cross join lateral sync.make_version(
      'workos.directory_group_members', p.payload, change,
      least(
        (v_dead ->> (p.payload ->> 'directory_group_id'))::timestamptz,
        (v_dead ->> (p.payload ->> 'directory_user_id'))::timestamptz
      ),
      key => concat_ws(':', p.payload ->> 'directory_group_id', p.payload ->> 'directory_user_id')
    ) as v
    order by v.id, v.source_updated_at desc
  ),
  written as (
    insert into workos.directory_group_members as t (
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

comment on function sync.upsert_directory_group_member(jsonb[], sync.change)
is 'Apply versions of members of directory groups to the mirror.';
revoke all on function sync.upsert_directory_group_member(jsonb[], sync.change) from public;
select sync.register_family(
  name => 'directory_group_member',
  relation => 'workos.directory_group_members',
  upsert => 'sync.upsert_directory_group_member(jsonb[], sync.change)',
  events => '{dsync.group.user_added}',
  delete_events => '{dsync.group.user_removed}',
  parents => '{"directory_group_id": "directory_group", "directory_user_id": "directory_user"}',
  list_paths => '{"/directory_users?group={id}#{directory_id}"}',
  list_parent => 'directory_group'
);
