-- Make a version of an object, as a mirror table stores it, from a payload and how it came.
-- Flow: called by every upsert with its table. dead_since is when a parent was deleted, if one was.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when the payload has no id, or no updated_at and is no delete.
-- Why: a delete needs its id only. Its updated_at is that of the last update, and a trimmed one has
--      none: the envelope's time stands in, because deletes do not compete by version anyway.
--      What is lossy keeps what its table can read, and the inbox keeps the rest.
set local role orgscope_definer;

create or replace function sync.make_version(
  relation regclass,
  payload jsonb,
  change sync.change,
  dead_since timestamptz default null
)
returns sync.version
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_updated_at constant timestamptz := workos.timestamp_v1(payload ->> 'updated_at');
begin
  if v_updated_at is null and change.deleted is not true then
    raise exception using
      errcode = 'WS201',
      message = 'data.updated_at is missing, so the version cannot be ordered',
      hint = 'Pass the whole object as WorkOS sent it.';
  end if;
  return (
    sync.object_id(payload),
    case when change.lossy then sync.keep_readable(relation, payload) else payload end,
    change.lossy,
    coalesce(v_updated_at, change.occurred_at),
    change.event_id,
    case when change.deleted then change.occurred_at else dead_since end,
    case when change.origin = 'api' then least(change.occurred_at, now()) else now() end,
    change.origin
  )::sync.version;
end
$$;

comment on function sync.make_version(regclass, jsonb, sync.change, timestamptz)
is 'Make a version of an object, as a mirror table stores it.';
revoke all on function sync.make_version(regclass, jsonb, sync.change, timestamptz) from public;
