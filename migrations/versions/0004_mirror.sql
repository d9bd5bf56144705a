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
as $$
declare
  -- 2026-01-15T12:00:00.000Z, and the envelope's 2023-04-28 20:05:31.093, which is UTC
  v_parts constant text[] := regexp_match(
    value,
    '^([0-9]{4})-([0-9]{2})-([0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2}(?:[.][0-9]{1,9})?)'
    '(?:Z|([+-])([0-9]{2}):?([0-9]{2}))?$'
  );
begin
  if v_parts is null then
    raise exception using
      errcode = 'WS201',
      message = 'a time of the payload is not of the form 2026-01-15T12:00:00.000Z';
  end if;
  return (
    make_timestamp(
      v_parts[1]::integer, v_parts[2]::integer, v_parts[3]::integer,
      v_parts[4]::integer, v_parts[5]::integer, v_parts[6]::double precision
    ) - case v_parts[7] when '-' then -1 else 1 end * make_interval(
      hours => coalesce(v_parts[8]::integer, 0), mins => coalesce(v_parts[9]::integer, 0)
    )
  ) at time zone 'UTC';
end
$$;
comment on function workos.timestamp_v1(text)
is 'Parse a time as WorkOS writes it; without a zone it is UTC, whatever the session says.';
revoke all on function workos.timestamp_v1(text) from public;
grant execute on function workos.timestamp_v1(text) to orgscope_definer;
