-- Return an id of a payload: its own, or that of a parent.
-- Flow: called by sync.make_version, and by the upserts for the ids of parents.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when it is no string of 1 to 255 characters.
-- Why: the id is all that a trimmed delete may hold, and without it nothing can be applied.
set local role orgscope_definer;

create or replace function sync.object_id(payload jsonb, name text default 'id')
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if (jsonb_typeof(payload -> name) = 'string' and length(payload ->> name) between 1 and 255)
    is not true
  then
    raise exception using
      errcode = 'WS201',
      message = format('data.%s must be a string of 1 to 255 characters', name),
      hint = 'Pass the whole object as WorkOS sent it.';
  end if;
  return payload ->> name;
end
$$;

comment on function sync.object_id(jsonb, text) is 'Return an id of a payload.';
revoke all on function sync.object_id(jsonb, text) from public;
