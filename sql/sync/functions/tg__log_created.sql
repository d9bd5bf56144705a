-- Say in sync.changes which objects are new in the mirror.
-- Flow: trigger _200_log_created of every mirror table, once for each statement.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: a stub is no change: nobody knows the object yet. Its argument is the family.
set local role orgscope_definer;

create or replace function sync.tg__log_created()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if not exists (select from added) then
    return null; -- An upsert that found all of its rows fires it, too.
  end if;
  insert into sync.changes (family, object_id, organization_id, kind, event_id)
  select
    tg_argv[0], a.id,
    case when tg_argv[0] = 'organization' then a.id else a.raw ->> 'organization_id' end,
    case when a.deleted_at is null then 'created' else 'deleted' end,
    a.event_id
  from added as a where a.raw is not null;
  return null;
end
$$;

comment on function sync.tg__log_created()
is 'Say in sync.changes which objects are new in the mirror.';
revoke all on function sync.tg__log_created() from public;
grant execute on function sync.tg__log_created() to orgscope_owner;
