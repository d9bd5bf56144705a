-- Let an update of a mirror row pass only when it brings a newer version.
-- Flow: trigger _000_keep_newest of every table whose objects have an id, when source_updated_at is
--       written. Its arguments: the family, and the fields that a read knows better than an event.
-- Runs as: the writer: orgscope_definer.
-- Raises: nothing; the row that loses is skipped, so that the upsert says stale.
-- Why: the larger (updated_at, event id) wins; a delete is final: WorkOS never reuses an id. Two
--      views of one version that agree where both speak are one: events leave fields out. Two
--      contents of one time are decided by event id, which proves nothing, so WorkOS is asked. An
--      answer wins when it was asked for after the row was written, and a repair over anything.
set local role orgscope_definer;

create or replace function sync.tg__keep_newest()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_read constant boolean := new.origin in ('api', 'repair');
  v_later constant boolean := old.origin not in ('api', 'repair')
    and new.event_id collate "C" > old.event_id collate "C";
  v_read_keys constant text[] := tg_argv[1:];
  v_version constant sync.version := (new.id, new.raw, new.lossy, new.source_updated_at,
    new.event_id, new.deleted_at, new.synced_at, new.origin);
  v_merged jsonb;
begin
  if new.origin = 'repair' and new.synced_at > old.synced_at then
    return new;
  elsif old.deleted_at is not null or new.source_updated_at < old.source_updated_at
    and new.deleted_at is null
  then
    perform sync.confirm_delete(tg_relid, new.id, new.synced_at)
    where new.deleted_at is not null and not v_is_read;
    perform sync.keep_late_version(tg_argv[0], v_version);
    return null;
  elsif new.deleted_at is not null then
    -- A delete that does not say all, or not so that it can be read, keeps what was known.
    if new.lossy or not new.raw ? 'updated_at' then
      new.raw := coalesce(old.raw, '{}') || new.raw;
      new.lossy := new.lossy or old.lossy;
    end if;
    return new;
  elsif new.source_updated_at > old.source_updated_at then
    new.raw := sync.keep_read_keys(old.raw, new.raw, v_read_keys);
    return new;
  elsif sync.agree(old.raw, new.raw, v_read_keys) then
    v_merged := case when v_is_read or v_later then old.raw || new.raw else new.raw || old.raw end;
    if v_merged = old.raw or (v_is_read and new.synced_at <= old.synced_at) then
      if new.event_id collate "C" > old.event_id collate "C" then
        execute format('update %s as t set event_id = $1 where t.id = $2', tg_relid::regclass)
        using new.event_id, new.id;
      end if;
      return null;
    end if;
    new.raw := v_merged;
    new.origin := case when v_is_read then new.origin else old.origin end;
    new.event_id := greatest(old.event_id collate "C", new.event_id collate "C");
    return new;
  elsif v_is_read then
    if new.synced_at <= old.synced_at then
      perform sync.add_task('refetch', concat_ws(':', tg_argv[0], new.id), interval '1 minute')
      where old.synced_at > clock_timestamp(); -- Our clock was set back.
      return null;
    end if;
    new.event_id := old.event_id;
    return new;
  end if;
  perform sync.add_task('refetch', concat_ws(':', tg_argv[0], new.id));
  if new.event_id collate "C" < old.event_id collate "C" then
    perform sync.keep_late_version(tg_argv[0], v_version);
    return null;
  end if;
  return new;
end
$$;

comment on function sync.tg__keep_newest()
is 'Let an update of a mirror row pass only when it brings a newer version.';
revoke all on function sync.tg__keep_newest() from public;
grant execute on function sync.tg__keep_newest() to orgscope_owner;
