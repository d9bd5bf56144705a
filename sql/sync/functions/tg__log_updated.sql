-- Say in sync.changes what changed in the mirror, and keep in sync.history what was replaced.
-- Flow: trigger _200_log_updated of every mirror table, once for each update, with all its rows.
--       A change is of content or life; the same said of a later time is for the history only.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: the mirror has the present, so only what it loses is kept. A tombstone has the last version
--      itself, but not since when it was known, which is all that a member of a group has. What
--      lives again loses its tombstone, and a fuller view of the same version replaces nothing. A
--      change that left the event as it was, such as by a read or by the delete of a parent, is not
--      that event's: each event changes an object once. Its argument is the family. The plan that
--      is made for one row serves for a hundred thousand, and a full join, unlike an inner one, is
--      never a nested loop.
set local role orgscope_definer;

create or replace function sync.tg__log_updated()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if not exists (select from written) then
    return null; -- An upsert whose rows are all new fires it, too.
  end if;
  with updates as materialized (
    select n as now, o as before
    from written as n full join replaced as o on n.id = o.id
    where n.raw is distinct from o.raw or (n.deleted_at is null) <> (o.deleted_at is null)
      or n.source_updated_at <> o.source_updated_at
  ),
  kept as (
    insert into sync.history (
      family, object_id, source_updated_at, event_id, deleted_at, raw, lossy, origin,
      synced_at
    )
    select
      tg_argv[0], (u.before).id, (u.before).source_updated_at, (u.before).event_id,
      (u.before).deleted_at, (u.before).raw, (u.before).lossy, (u.before).origin,
      (u.before).synced_at
    from updates as u
    where (u.before).raw is not null and (
      (u.before).source_updated_at <> (u.now).source_updated_at
      or (u.before).deleted_at is not null and (u.now).deleted_at is null
      or (u.now).deleted_at is not null and not (u.before).raw ? 'updated_at'
      or not ((u.before).raw <@ (u.now).raw or (u.now).deleted_at is not null)
    )
  )
  insert into sync.changes (family, object_id, organization_id, kind, event_id)
  select
    tg_argv[0], (u.now).id,
    case
      when tg_argv[0] = 'organization' then (u.now).id else (u.now).raw ->> 'organization_id'
    end,
    case
      when (u.now).deleted_at is not null then 'deleted'
      when (u.before).deleted_at is not null then 'restored'
      when (u.before).raw is null then 'created'
      else 'updated'
    end,
    case when (u.now).event_id <> (u.before).event_id then (u.now).event_id else '' end
  from updates as u
  where (u.now).raw is distinct from (u.before).raw
    or ((u.now).deleted_at is null) <> ((u.before).deleted_at is null);
  return null;
end
$$;

comment on function sync.tg__log_updated()
is 'Say in sync.changes what changed in the mirror, and keep what was replaced.';
revoke all on function sync.tg__log_updated() from public;
grant execute on function sync.tg__log_updated() to orgscope_owner;
