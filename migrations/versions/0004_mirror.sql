-- Create the mirror's schema, and the one function on which its columns depend.

create schema workos;
comment on schema workos is 'The mirror of WorkOS, under WorkOS''s own names.';

-- Frozen: stored columns depend on it. A change is timestamp_v2 and a revision that moves columns.
create function workos.timestamp_v1(value text)
returns timestamptz
language plpgsql
immutable
strict
parallel safe
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
  -- 2026-01-15T12:00:00.000Z, and the envelope's 2023-04-28 20:05:31.093, which is UTC.
  -- No parentheses that capture: they make the same match many times slower.
  v_form constant text :=
    '^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:[.][0-9]{1,9})?'
    '(?:Z|[+-][0-9]{2}:?[0-9]{2})?$';
begin
  if value !~ v_form then
    raise exception using
      errcode = 'WS201',
      message = 'a time of the payload is not of the form 2026-01-15T12:00:00.000Z';
  end if;
  return value::timestamptz;
end
$$;
comment on function workos.timestamp_v1(text)
is 'Parse a time as WorkOS writes it; without a zone it is UTC, whatever the session says.';
revoke all on function workos.timestamp_v1(text) from public;
grant execute on function workos.timestamp_v1(text) to orgscope_definer;
