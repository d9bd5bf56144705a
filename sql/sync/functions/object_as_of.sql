-- Return an object as it was at a time; no row when it was not there.
-- Flow: for people and reports; sync.members_as_of asks here for each member.
-- Runs as: the caller, who needs to see the mirror and its history.
-- Raises: WS203 for a family that is not registered.
-- Why: the newest that is known of the time decides, version or delete. Present tombstones are
--      final, others of what comes back are not. A read of what has no updated_at says nothing of
--      the time before it; one that shows a version from before its delete proves the delete wrong.
--      Where nothing is known of the time, and the object was there by its created_at, or by what
--      came first, which was no event that made it, is_known is false, and all else null.
-- Example: select raw from sync.object_as_of('user', 'user_01…', '2026-03-03');
set local role orgscope_definer;

create or replace function sync.object_as_of(family text, object_id text, at timestamptz)
returns table (since timestamptz, event_id text, raw jsonb, is_known boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
begin
  return query
  with versions as materialized (
    select
      v.*, v.raw ? 'updated_at' as has_time, v.origin in ('api', 'repair') as is_read,
      case
        when v.origin in ('api', 'repair') and not v.raw ? 'updated_at' then v.synced_at
        else v.source_updated_at
      end as lives_since
    from sync.object_versions(family, object_id) as v
  ),
  states as (
    select v.*, v.lives_since as since, false as is_dead from versions as v
    where v.raw is not null and (v.deleted_at is null or v.deleted_at > v.lives_since)
      and not exists (
        select from versions as d where d.is_present and d.deleted_at <= v.lives_since
      )
    union all
    select v.*, v.deleted_at, true from versions as v
    where v.deleted_at is not null and not exists (
      select from versions as r
      where r.is_read and r.has_time and r.deleted_at is null
        and r.source_updated_at <= v.deleted_at and r.synced_at > v.synced_at
    )
  ),
  decisive as (
    select
      s.*, s.since <= at as is_known,
      least((s.raw ->> 'created_at')::timestamptz, (
        select min((v.raw ->> 'created_at')::timestamptz) from versions as v
        where v.source_updated_at <= s.since
      )) as created_at
    from states as s
    order by
      s.since <= at desc, case when s.since <= at then s.since end desc, s.since,
      s.event_id collate "C" desc, s.is_present desc
    limit 1
  )
  select
    case when d.is_known then d.since end, case when d.is_known then d.event_id end,
    case when d.is_known then d.raw end, d.is_known
  from decisive as d
  where case
      when d.is_known then not d.is_dead
      else coalesce(d.created_at <= at, d.is_dead or d.is_read)
    end;
end
$$;

comment on function sync.object_as_of(text, text, timestamptz) is
'Return an object as it was at a time; is_known is false where it was there, and nobody knows how.';
revoke all on function sync.object_as_of(text, text, timestamptz) from public;
grant execute on function sync.object_as_of(text, text, timestamptz)
to orgscope_admin, orgscope_auditor;
