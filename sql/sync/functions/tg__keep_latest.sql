-- Let an update of a row whose object has no id pass only when it happened later.
-- Flow: trigger _000_keep_latest of roles and of members of groups, when source_updated_at is
--       written. Its arguments: the family, and the fields that a read knows better than an event.
-- Runs as: the writer: orgscope_definer.
-- Raises: nothing; the row that loses is skipped, so that the upsert says stale.
-- Why: what has no id of its own comes back under the same key, so a delete is a version like any
--      other, and the envelope says when. A read says what was so when it was asked for: it wins
--      over what was written before, and keeps its place in the order, so that events that were
--      still under way are compared with events. Two events of one time are no proof: WorkOS is
--      asked.
set local role orgscope_definer;

create or replace function sync.tg__keep_latest()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_read_keys constant text[] := tg_argv[1:];
  v_same_state constant boolean := (new.deleted_at is null) = (old.deleted_at is null);
begin
  if new.origin in ('api', 'repair') then
    if v_same_state and new.raw = old.raw then
      return null;
    elsif new.synced_at <= old.synced_at then
      perform sync.add_task('refetch', concat_ws(':', tg_argv[0], new.id), interval '1 minute')
      where old.synced_at > clock_timestamp(); -- Our clock was set back.
      return null;
    end if;
    new.source_updated_at := greatest(old.source_updated_at, new.source_updated_at);
    new.event_id := old.event_id;
    return new;
  end if;
  if new.source_updated_at = old.source_updated_at and old.event_id <> ''
    -- What both events say is compared, the name of a role as well; only the noun is a read's own.
    and not (v_same_state and sync.agree(old.raw, new.raw, array['object']))
  then
    perform sync.add_task('refetch', concat_ws(':', tg_argv[0], new.id));
  end if;
  if (new.source_updated_at, new.event_id collate "C")
    <= (old.source_updated_at, old.event_id collate "C")
  then
    perform sync.keep_late_version(tg_argv[0], (
      new.id, new.raw, new.lossy, new.source_updated_at, new.event_id, new.deleted_at,
      new.synced_at, new.origin
    ));
    return null;
  end if;
  -- What comes back under the key of a deleted one is not that one: it takes no field of it over.
  new.raw := case
    when new.deleted_at is not null then coalesce(old.raw, '{}') || new.raw
    -- An event may leave out what a role gives, which is not the same as giving nothing.
    when old.deleted_at is null
      then sync.keep_read_keys(old.raw, new.raw, v_read_keys || array['permissions'])
    else new.raw
  end;
  return new;
end
$$;

comment on function sync.tg__keep_latest()
is 'Let an update of a row whose object has no id pass only when it happened later.';
revoke all on function sync.tg__keep_latest() from public;
grant execute on function sync.tg__keep_latest() to orgscope_owner;
