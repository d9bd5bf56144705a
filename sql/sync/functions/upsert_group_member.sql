-- Apply versions of members of groups to the mirror, and return their keys and what changed.
-- Flow: called by sync.apply_object and sync.apply_objects; trigger _000_keep_latest decides.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when a payload lacks group_id or organization_membership_id.
-- Why: one guarded statement: any order and any repetition end in the same rows.
--      A member has no id: its key is the group and the membership. What is listed is the
--      membership, with the group_id of the list.
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_group_member(payloads jsonb[], change sync.change)
returns sync.upserted
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_done sync.upserted;
  v_dead jsonb := jsonb_build_object();
begin
  payloads := array(
    select jsonb_build_object(
      'group_id', sync.object_id(p.payload, 'group_id'),
      'organization_membership_id', case
        when p.payload ? 'organization_membership_id'
          then sync.object_id(p.payload, 'organization_membership_id')
        else sync.object_id(p.payload)
      end
    )
    from unnest(payloads) as p (payload)
  );
  if not change.deleted then
    v_dead := sync.hold_groups(payloads) || sync.hold_organization_memberships(payloads);
  end if;
  with versions as materialized (
    select distinct on (v.id) v.*
    from unnest(payloads) as p (payload)
    cross join lateral sync.make_version(
      'workos.group_members', p.payload, change,
      least(
        (v_dead ->> (p.payload ->> 'group_id'))::timestamptz,
        (v_dead ->> (p.payload ->> 'organization_membership_id'))::timestamptz
      ),
      key => concat_ws(':', p.payload ->> 'group_id', p.payload ->> 'organization_membership_id')
    ) as v
    order by v.id, v.source_updated_at desc
  ),
  written as (
    insert into workos.group_members as t (
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

comment on function sync.upsert_group_member(jsonb[], sync.change)
is 'Apply versions of members of groups to the mirror.';
revoke all on function sync.upsert_group_member(jsonb[], sync.change) from public;
select sync.register_family(
  name => 'group_member',
  relation => 'workos.group_members',
  upsert => 'sync.upsert_group_member(jsonb[], sync.change)',
  events => '{group.member_added}',
  delete_events => '{group.member_removed}',
  parents => '{"group_id": "group", "organization_membership_id": "organization_membership"}',
  list_paths => '{"/organizations/{organization_id}/groups/{id}/organization-memberships"}',
  list_parent => 'group'
);
