-- Make a version of an object, as a mirror table stores it, from a payload and how it came.
-- Flow: called by every upsert with its table. dead_since is when a parent was deleted, if one was;
--       key is for a family whose objects have no id of their own.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when the payload has no id, or no updated_at and is no delete.
-- Why: a delete needs its id only. Its updated_at is that of the last update, and a trimmed one has
--      none: the envelope's time stands in, because deletes do not compete by version anyway.
--      What has no id of its own is ordered by the envelope; a read of it competes by when it was
--      asked for, not by version. What is lossy keeps what its table can read, and the inbox keeps
--      the rest.
set local role orgscope_definer;

create or replace function sync.make_version(
  relation regclass,
  payload jsonb,
  change sync.change,
  dead_since timestamptz default null,
  key text default null
)
returns sync.version
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_is_read constant boolean := change.origin in ('api', 'repair');
  v_updated_at timestamptz;
begin
  if change.events is not null then
    change.event_id := change.events #>> array[payload ->> 'id', 'id'];
    change.occurred_at := (change.events #>> array[payload ->> 'id', 'occurred_at'])::timestamptz;
  end if;
  if key is null or v_is_read then
    v_updated_at := workos.timestamp_v1(payload ->> 'updated_at');
  end if;
  if key is not null and v_is_read then
    v_updated_at := coalesce(v_updated_at, '-infinity');
  elsif key is null and v_updated_at is null and change.deleted is not true then
    raise exception using
      errcode = 'WS201',
      message = 'data.updated_at is missing, so the version cannot be ordered',
      hint = 'Pass the whole object as WorkOS sent it.';
  end if;
  return (
    coalesce(key, sync.object_id(payload)),
    case when change.lossy then sync.keep_readable(relation, payload) else payload end,
    change.lossy,
    coalesce(v_updated_at, change.occurred_at),
    change.event_id,
    case when change.deleted then change.occurred_at else dead_since end,
    case when v_is_read then least(change.occurred_at, now()) else now() end,
    change.origin
  )::sync.version;
end
$$;

comment on function sync.make_version(regclass, jsonb, sync.change, timestamptz, text)
is 'Make a version of an object, as a mirror table stores it.';
revoke all on function sync.make_version(regclass, jsonb, sync.change, timestamptz, text)
from public;
