-- Return every version of an object that is known, oldest first; the last one is the present.
-- Flow: for people, and for sync.object_as_of.
-- Runs as: the caller, who needs to see the mirror and its history.
-- Raises: WS203 for a family that is not registered.
-- Why: the mirror has the present and the history has the rest. A stub is no version; one that was
--      deleted is, without content, because it says until when there was something.
-- Example: select * from sync.object_versions('organization_membership', 'om_01…');
set local role orgscope_definer;

create or replace function sync.object_versions(family text, object_id text)
returns table (
  source_updated_at timestamptz,
  event_id text,
  deleted_at timestamptz,
  raw jsonb,
  origin text,
  synced_at timestamptz,
  is_present boolean
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_relation text;
begin
  select f.relation into v_relation from sync.families as f where f.name = object_versions.family;
  if v_relation is null then
    raise exception using
      errcode = 'WS203', message = 'there is no such family',
      hint = 'See sync.families for their names.';
  end if;
  return query execute format(
    'select h.source_updated_at, h.event_id::text, h.deleted_at, h.raw, h.origin,
       coalesce(h.synced_at, h.kept_at), false
     from sync.history as h where h.family = $1 and h.object_id = $2
     union all
     select t.source_updated_at, t.event_id::text, t.deleted_at, t.raw, t.origin,
       t.synced_at, true
     from %s as t where t.id = $2 and (t.raw is not null or t.deleted_at is not null)
     order by 1, 2', v_relation
  ) using family, object_id;
end
$$;

comment on function sync.object_versions(text, text)
is 'Return every version of an object that is known, oldest first.';
revoke all on function sync.object_versions(text, text) from public;
grant execute on function sync.object_versions(text, text) to orgscope_admin, orgscope_auditor;
