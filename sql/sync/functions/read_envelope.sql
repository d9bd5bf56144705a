-- Read what names an event from a body that jsonb cannot hold: id, event and created_at.
-- Flow: called by sync.parse_event for what sync.parse_object has an error for.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing; null for what json cannot take apart either.
-- Why: a number or a depth that is too much for jsonb says nothing against the id. With its own id
--      the event is one event, whichever channel brings it, and the feed can go on behind it. What
--      is longer than any of the three is left alone: it may be too deep for json as well.
set local role orgscope_definer;

create or replace function sync.read_envelope(body text)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return jsonb_object_agg(e.key, e.value #>> '{}')
  from sync.split_members(sync.replace_unstorable(body)) as m
  cross join lateral json_each(case when length(m) <= 4000 then concat('{', m, '}')::json end) as e
  where e.key in ('id', 'event', 'created_at') and json_typeof(e.value) = 'string';
exception when data_exception or program_limit_exceeded then
  return null;
end
$$;

comment on function sync.read_envelope(text)
is 'Read what names an event from a body that jsonb cannot hold.';
revoke all on function sync.read_envelope(text) from public;
