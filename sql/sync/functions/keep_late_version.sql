-- Keep a version that came after a newer one, so that the history has it.
-- Flow: called by sync.tg__keep_newest and sync.tg__keep_latest for an event that changes nothing.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: the same version comes several times, as an object inside of others: it is kept once;
--      that it was deleted is more than the version says. What was read is older because it was
--      overtaken, and is no event that somebody could miss.
set local role orgscope_definer;

create or replace function sync.keep_late_version(family text, late sync.version)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if late.origin not in ('webhook', 'feed') or late.raw is null then
    return;
  end if;
  insert into sync.history (
    family, object_id, source_updated_at, event_id, deleted_at, raw, lossy, origin,
    synced_at
  )
  select
    keep_late_version.family, late.id, late.source_updated_at, late.event_id, late.deleted_at,
    late.raw, late.lossy, late.origin, late.synced_at
  where not exists (
    select from sync.history as h
    where h.family = keep_late_version.family and h.object_id = late.id
      and h.source_updated_at = late.source_updated_at and h.raw = late.raw
      and h.deleted_at is not distinct from late.deleted_at
  );
end
$$;

comment on function sync.keep_late_version(text, sync.version)
is 'Keep a version that came after a newer one, so that the history has it.';
revoke all on function sync.keep_late_version(text, sync.version) from public;
