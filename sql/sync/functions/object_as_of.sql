-- Return an object as it was at a time; no row when it was not there.
-- Flow: for people and reports; sync.members_as_of asks here for each member.
-- Runs as: the caller, who needs to see the mirror and its history.
-- Raises: WS203 for a family that is not registered.
-- Why: the latest version that is not after the time, from the mirror or from its history. What was
--      deleted by then is gone; a tombstone says when.
-- Example: select raw from sync.object_as_of('user', 'user_01…', '2026-03-03');
set local role orgscope_definer;

create or replace function sync.object_as_of(family text, object_id text, at timestamptz)
returns table (source_updated_at timestamptz, event_id text, raw jsonb)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  select v.source_updated_at, v.event_id, v.raw
  from sync.object_versions(family, object_id) as v
  where v.source_updated_at <= at
    and (v.deleted_at is null or v.deleted_at > at)
    and not exists (
      select from sync.object_versions(family, object_id) as d
      where d.is_present and d.deleted_at <= at
    )
  order by v.source_updated_at desc, v.event_id collate "C" desc, v.is_present desc
  limit 1;
end
$$;

comment on function sync.object_as_of(text, text, timestamptz)
is 'Return an object as it was at a time.';
revoke all on function sync.object_as_of(text, text, timestamptz) from public;
grant execute on function sync.object_as_of(text, text, timestamptz)
to orgscope_admin, orgscope_auditor;
