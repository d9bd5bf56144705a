-- Apply versions of organizations to the mirror, and return their keys and what changed.
-- Flow: called by sync.apply_object and sync.apply_objects; trigger _000_keep_newest decides.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when a payload lacks id or updated_at.
-- Why: one guarded statement: any order and any repetition end in the same rows.
--      Nested domains are objects of their own, and versions like any other; one that is not listed
--      is no delete. An odd one makes the organization lossy, and does not keep it back.
-- requires: policies/sync/families.sql
set local role orgscope_definer;

create or replace function sync.upsert_organization(payloads jsonb[], change sync.change)
returns sync.upserted
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_done sync.upserted;
  v_domains jsonb[];
begin
  with versions as materialized (
    select distinct on (v.id) v.*
    from unnest(payloads) as p (payload)
    cross join lateral sync.make_version('workos.organizations', p.payload - 'domains', change) as v
    order by v.id, v.source_updated_at desc
  ),
  written as (
    insert into workos.organizations as t (
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
  v_domains := array(
    select d.domain from unnest(payloads) as p (payload)
    cross join lateral jsonb_path_query(
      p.payload, '$.domains[*] ? (@.organization_id == $.id && @.updated_at.type() == "string")'
    ) as d (domain)
  );
  if change.deleted or cardinality(v_domains) = 0 then
    return v_done;
  elsif change.lossy then
    perform sync.apply_object(f, d.domain, change)
    from sync.families as f cross join unnest(v_domains) as d (domain)
    where f.name = 'organization_domain';
  else
    perform sync.upsert_organization_domain(v_domains, change);
  end if;
  return v_done;
end
$$;

comment on function sync.upsert_organization(jsonb[], sync.change)
is 'Apply versions of organizations to the mirror.';
revoke all on function sync.upsert_organization(jsonb[], sync.change) from public;
select sync.register_family(
  name => 'organization',
  relation => 'workos.organizations',
  upsert => 'sync.upsert_organization(jsonb[], sync.change)',
  events => '{organization.created, organization.updated}',
  delete_events => '{organization.deleted}',
  list_paths => '{/organizations}',
  get_paths => '{"/organizations/{id}"}',
  embeds => '{"domains": "organization_domain"}'
);
