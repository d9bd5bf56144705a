-- Return a newer payload with the fields that it leaves out and that only a read of WorkOS has.
-- Flow: called by sync.tg__keep_newest and sync.tg__keep_latest.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: events are leaner than what the API shows; what only the API shows must not vanish with
--      every event.
set local role orgscope_definer;

create or replace function sync.keep_read_keys(known jsonb, payload jsonb, read_keys text[])
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_key text;
begin
  foreach v_key in array read_keys loop
    if known ? v_key and not payload ? v_key then
      payload := payload || jsonb_build_object(v_key, known -> v_key);
    end if;
  end loop;
  return payload;
end
$$;

comment on function sync.keep_read_keys(jsonb, jsonb, text[])
is 'Return a newer payload with the fields that it leaves out and only a read has.';
revoke all on function sync.keep_read_keys(jsonb, jsonb, text[]) from public;
