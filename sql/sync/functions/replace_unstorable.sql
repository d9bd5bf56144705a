-- Replace the escapes in JSON text that jsonb cannot hold by that of U+FFFD.
-- Flow: called by sync.parse_event when jsonb refused a body.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: an escape counts only behind an even number of backslashes. # stands for one backslash in the
--      patterns, so that no setting of the caller changes how they are read (rule B9).
set local role orgscope_definer;

create or replace function sync.replace_unstorable(body text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pattern text;
begin
  foreach v_pattern in array array[
    '(?<!##)((?:####)*)##u0000',
    '(?<!##)((?:####)*)##u[dD][89abAB][0-9a-fA-F]{2}(?!##u[dD][c-fC-F][0-9a-fA-F]{2})',
    '(?<!##u[dD][89abAB][0-9a-fA-F]{2})(?<!##)((?:####)*)##u[dD][c-fC-F][0-9a-fA-F]{2}'
  ] loop
    body := regexp_replace(
      body, replace(v_pattern, '#', chr(92)), replace('#1##ufffd', '#', chr(92)), 'g'
    );
  end loop;
  return body;
end
$$;

comment on function sync.replace_unstorable(text)
is 'Replace the escapes in JSON text that jsonb cannot hold.';
revoke all on function sync.replace_unstorable(text) from public;
