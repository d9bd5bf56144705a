-- Apply an object that was read from WorkOS by API, and return applied, stale or ignored.
-- Flow: orgscope.provider reads, then calls this as the sync login; backfill does so in bulk.
-- Runs as: orgscope_definer, definer.
-- Raises: WS201 when the payload lacks what its family needs.
-- Why: the same upsert as for events. A read has no event id, so an event of the same version wins;
--      read_at is the start of the request: what changes after it is newer.
set local role orgscope_definer;

create or replace function sync.apply_read(family text, payload jsonb, read_at timestamptz)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_family sync.families;
begin
  select * into v_family from sync.families as f where f.name = apply_read.family;
  if v_family.name is null then
    return 'ignored';
  end if;
  return sync.apply_object(v_family, payload, ('', read_at, 'api', false, false));
end
$$;

comment on function sync.apply_read(text, jsonb, timestamptz)
is 'Apply an object that was read from WorkOS by API.';
revoke all on function sync.apply_read(text, jsonb, timestamptz) from public;
grant execute on function sync.apply_read(text, jsonb, timestamptz) to orgscope_sync;
