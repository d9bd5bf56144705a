-- Let an update of a mirror row pass only when it brings a newer version.
-- Flow: trigger _000_keep_newest of every mirror table, when source_updated_at is written.
-- Runs as: the writer: orgscope_definer.
-- Raises: nothing; the row that loses is skipped, so that the upsert says stale.
-- Why: the larger (updated_at, event id) wins, whatever order they come in; the same content is no
--      version, but a larger id of it is written, for other contents of that time to be compared
--      with; a delete is final, because WorkOS never reuses an id. Two contents of one time are
--      decided by event id, which is not proof: only WorkOS knows, so it is asked. Its answer wins
--      when the request began after the row was written. Tables are compared as oids: their names
--      depend on the session.
set local role orgscope_definer;

create or replace function sync.tg__keep_newest()
returns trigger
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
  if old.deleted_at is not null then
    return null;
  elsif new.deleted_at is not null then
    -- A delete that does not say all, or not so that it can be read, keeps what was known.
    if new.lossy or not new.raw ? 'updated_at' then
      new.raw := coalesce(old.raw, '{}') || new.raw;
      new.lossy := new.lossy or old.lossy;
    end if;
    return new;
  elsif new.source_updated_at > old.source_updated_at then
    return new;
  elsif new.source_updated_at < old.source_updated_at then
    return null;
  elsif new.raw = old.raw then
    if new.event_id collate "C" > old.event_id collate "C" then
      execute format('update %s as t set event_id = $1 where t.id = $2', tg_relid::regclass)
      using new.event_id, new.id;
    end if;
    return null;
  elsif new.origin = 'api' then
    if new.synced_at <= old.synced_at then
      return null;
    end if;
    new.event_id := old.event_id;
    return new;
  end if;
  perform sync.queue_task('refetch', concat_ws(':', f.name, new.id))
  from sync.families as f
  where to_regclass(f.relation) = tg_relid;
  if new.event_id collate "C" < old.event_id collate "C" then
    return null;
  end if;
  return new;
end
$$;

comment on function sync.tg__keep_newest()
is 'Let an update of a mirror row pass only when it brings a newer version.';
revoke all on function sync.tg__keep_newest() from public;
grant execute on function sync.tg__keep_newest() to orgscope_owner;
