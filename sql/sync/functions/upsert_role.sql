-- Apply versions of roles to the mirror, and return their keys and what changed.
-- Flow: called by sync.apply_object and sync.apply_objects; trigger _000_keep_latest decides.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when a payload lacks slug, or organization_id where it has one.
-- Why: one guarded statement: any order and any repetition end in the same rows.
--      A role has no id in events: its key is its organization, or environment, and its slug.
--      The list of an organization shows the roles of the environment, too; those belong to
--      none.
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_role(payloads jsonb[], change sync.change)
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
    select case
      when p.payload ->> 'type' = 'EnvironmentRole' then p.payload - 'organization_id'
      else p.payload
    end
    from unnest(payloads) as p (payload)
  );
  if not change.deleted then
    v_dead := sync.hold_organizations(payloads, optional => true);
  end if;
  with versions as materialized (
    select distinct on (v.id) v.*
    from unnest(payloads) as p (payload)
    cross join lateral sync.make_version(
      'workos.roles', p.payload, change,
      (v_dead ->> (p.payload ->> 'organization_id'))::timestamptz,
      key => sync.role_key(p.payload)
    ) as v
    order by v.id, v.source_updated_at desc
  ),
  written as (
    insert into workos.roles as t (
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
  -- Only a read surely has name and permissions.
  if change.origin in ('webhook', 'feed') then
    perform sync.add_task('refetch', 'role:' || r.id, interval '10 seconds') from workos.roles as r
    where r.id = any (v_done.keys) and r.deleted_at is null
      and (r.name is null or not payloads[1] ? 'permissions');
  end if;
  return v_done;
end
$$;

comment on function sync.upsert_role(jsonb[], sync.change)
is 'Apply versions of roles to the mirror.';
revoke all on function sync.upsert_role(jsonb[], sync.change) from public;
select sync.register_family(
  name => 'role',
  relation => 'workos.roles',
  upsert => 'sync.upsert_role(jsonb[], sync.change)',
  events => '{role.created, role.updated, organization_role.created, organization_role.updated}',
  delete_events => '{role.deleted, organization_role.deleted}',
  parents => '{"organization_id": "organization"}',
  list_paths => '{/authorization/roles, "/authorization/organizations/{id}/roles"}',
  list_parent => 'organization',
  get_paths => '{
    "/authorization/organizations/{organization_id}/roles/{slug}", "/authorization/roles/{slug}"
  }'
);
