-- Apply versions of organization memberships to the mirror, and return their keys and what changed.
-- Flow: called by sync.apply_object and sync.apply_objects; trigger _000_keep_newest decides.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when a payload lacks id, updated_at, organization_id or user_id.
-- Why: one guarded statement: any order and any repetition end in the same rows.
--      A tombstone without the ids of its parents asks for the person to be read again (rule B6).
--      What the API embeds are objects of their own.
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_organization_membership(payloads jsonb[], change sync.change)
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
    v_dead := sync.hold_organizations(payloads) || sync.hold_users(payloads);
  end if;
  with versions as materialized (
    select distinct on (v.id) v.*
    from unnest(payloads) as p (payload)
    cross join lateral sync.make_version(
      'workos.organization_memberships', p.payload - '{user, organization_name}'::text[], change,
      least(
        (v_dead ->> (p.payload ->> 'organization_id'))::timestamptz,
        (v_dead ->> (p.payload ->> 'user_id'))::timestamptz
      )
    ) as v
    order by v.id, v.source_updated_at desc
  ),
  written as (
    insert into workos.organization_memberships as t (
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
  if change.deleted and v_done.applied > 0 then
    perform sync.add_task('refetch', coalesce(
      'user:' || t.user_id, 'organization_membership:' || t.id
    ))
    from workos.organization_memberships as t
    where t.id = any (array(select p.payload ->> 'id' from unnest(payloads) as p (payload)))
      and (t.user_id is null or t.organization_id is null);
  end if;
  return v_done;
end
$$;

comment on function sync.upsert_organization_membership(jsonb[], sync.change)
is 'Apply versions of organization memberships to the mirror.';
revoke all on function sync.upsert_organization_membership(jsonb[], sync.change) from public;
select sync.register_family(
  name => 'organization_membership',
  relation => 'workos.organization_memberships',
  upsert => 'sync.upsert_organization_membership(jsonb[], sync.change)',
  events => '{organization_membership.created, organization_membership.updated}',
  delete_events => '{organization_membership.deleted}',
  parents => '{"organization_id": "organization", "user_id": "user"}',
  list_paths => array[
    '/user_management/organization_memberships?organization_id={id}'
    '&statuses=active,inactive,pending'
  ],
  list_parent => 'organization',
  get_paths => '{"/user_management/organization_memberships/{id}"}'
);
