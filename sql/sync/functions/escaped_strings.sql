-- Return the strings of JSON text that are written with escapes, without them.
-- Flow: called by what searches text for who was erased: sync.erased_in, sync.leave_out_erased and
--       sync.erase_events. The other strings stand between two quotes as they are.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing; of what is no JSON there are none, and whoever takes it apart refuses it.
-- Why: a letter may be written as its number, and then its word is not to be found in the text. It
--      is not parsed as a whole, because jsonb does not take every body that the inbox keeps, and
--      hardly any body has a backslash. # stands for one, as in sync.replace_unstorable.
set local role orgscope_definer;

create or replace function sync.escaped_strings(body text)
returns text[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_backslash constant text := chr(92);
  v_string constant text := replace('"([^"##]*(?:##.[^"##]*)*)"', '#', v_backslash);
begin
  if strpos(body, v_backslash) = 0 then
    return '{}';
  end if;
  return array(
    select ('"' || m.parts [1] || '"')::jsonb #>> '{}'
    from regexp_matches(sync.replace_unstorable(body), v_string, 'g') as m (parts)
    where strpos(m.parts [1], v_backslash) > 0
  );
exception when data_exception then
  return '{}';
end
$$;

comment on function sync.escaped_strings(text)
is 'Return the strings of JSON text that are written with escapes, without them.';
revoke all on function sync.escaped_strings(text) from public;
