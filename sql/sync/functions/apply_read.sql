-- Apply an object that was read from WorkOS by API, and return applied, stale or ignored.
-- Flow: orgscope.sync, which reads by orgscope.provider, calls this as the sync login.
-- Runs as: orgscope_definer, definer.
-- Raises: WS101 when the body is not a JSON object, WS201 when it lacks what its family needs,
--      22004 when read_at is null; 22023 for what is partial and neither user nor organization.
-- Why: the same upsert as for events. The body is text, because jsonb cannot hold all of JSON.
--      read_at is when the request began, by this database's clock, because it is compared with
--      what that clock said of events: what WorkOS changes after it is newer. An answer that is
--      partial says nothing of the fields that it leaves out. Nobody who was erased comes back.
-- Example: select sync.apply_read('user', '{"id": "user_01…", …}', '2026-01-15 12:00Z');
set local role orgscope_definer;

create or replace function sync.apply_read(
  family text,
  body text,
  read_at timestamptz,
  partial boolean default false
)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_family sync.families;
  v_erased text[];
  v_parsed record;
  v_result record;
begin
  if read_at is null then
    raise exception using
      errcode = 'null_value_not_allowed', message = 'read_at must say when the request began';
  end if;
  select f.* into v_family from sync.families as f where f.name = apply_read.family;
  if v_family.name is null then
    return 'ignored';
  end if;
  v_erased := sync.erased_in(body);
  v_parsed := sync.parse_object(body);
  if v_parsed.error is not null then
    raise exception using errcode = 'WS101', message = v_parsed.error;
  elsif sync.belongs_to(v_family, v_parsed.value, v_erased) then
    return 'ignored';
  end if;
  v_parsed.value := sync.blank(v_parsed.value, v_erased);
  if partial then
    select m.payload as value, m.lossy, null as error into v_parsed
    from sync.merge_known(v_family, v_parsed.value, v_parsed.lossy) as m;
  end if;
  v_result := sync.apply_object(
    v_family, v_parsed.value, ('', read_at, 'api', false, v_parsed.lossy, null)
  );
  if v_result.error is not null then
    raise exception using
      errcode = left(v_result.error, 5),
      message = substr(v_result.error, 7),
      hint = 'Pass the whole object as WorkOS sent it.';
  end if;
  return v_result.outcome;
end
$$;

comment on function sync.apply_read(text, text, timestamptz, boolean)
is 'Apply an object that was read from WorkOS by API.';
revoke all on function sync.apply_read(text, text, timestamptz, boolean) from public;
grant execute on function sync.apply_read(text, text, timestamptz, boolean) to orgscope_sync;
