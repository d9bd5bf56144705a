-- Say in sync.changes what changed in the mirror, and keep in sync.history what was replaced.
-- Flow: trigger _200_log_updated of every mirror table, for each row whose content or life changed.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: the mirror has the present, so only what it loses is kept. A tombstone has the last version
--      itself, and a fuller view of the same version replaces nothing. A change that left the event
--      as it was, such as by a read or by the delete of a parent, is not that event's: each event
--      changes an object once. Its argument is the family.
set local role orgscope_definer;

create or replace function sync.tg__log_updated()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  insert into sync.changes (family, object_id, organization_id, kind, event_id)
  values (
    tg_argv[0], new.id,
    case when tg_argv[0] = 'organization' then new.id else new.raw ->> 'organization_id' end,
    case
      when new.deleted_at is not null and old.deleted_at is null then 'deleted'
      when new.deleted_at is null and old.deleted_at is not null then 'restored'
      when old.raw is null then 'created'
      else 'updated'
    end,
    case when new.event_id <> old.event_id then new.event_id else '' end
  );
  if old.raw is not null and (
    old.source_updated_at <> new.source_updated_at
    or not (old.raw <@ new.raw or new.deleted_at is not null)
  ) then
    insert into sync.history (
      family, object_id, source_updated_at, event_id, deleted_at, raw, lossy, origin
    )
    values (
      tg_argv[0], old.id, old.source_updated_at, old.event_id, old.deleted_at, old.raw, old.lossy,
      old.origin
    );
  end if;
  return null;
end
$$;

comment on function sync.tg__log_updated()
is 'Say in sync.changes what changed in the mirror, and keep what was replaced.';
revoke all on function sync.tg__log_updated() from public;
grant execute on function sync.tg__log_updated() to orgscope_owner;
