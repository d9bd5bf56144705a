-- Return the version of a payload: its updated_at.
-- Flow: called by every upsert.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when a payload that is no delete has none.
-- Why: a delete's own updated_at is that of the last update, and a trimmed delete has none: the
--      envelope's time stands in, because deletes do not compete by version anyway.
set local role orgscope_definer;

create or replace function sync.object_version(payload jsonb, change sync.change)
returns timestamptz
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_version constant timestamptz := workos.timestamp_v1(payload ->> 'updated_at');
begin
  if v_version is null and change.deleted is not true then
    raise exception using
      errcode = 'WS201',
      message = 'data.updated_at is missing, so the version cannot be ordered';
  end if;
  return coalesce(v_version, change.occurred_at);
end
$$;

comment on function sync.object_version(jsonb, sync.change) is 'Return the version of a payload.';
revoke all on function sync.object_version(jsonb, sync.change) from public;
