-- Replace the escapes in JSON text that jsonb cannot hold by that of U+FFFD.
-- Flow: called by sync.parse_object when jsonb refused a body.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: U+0000, a high surrogate without its low one, and the reverse. An escaped backslash stands
--      aside as U+0001 meanwhile, so that each backslash left begins an escape; JSON never has
--      U+0001 itself. # stands for a backslash, so that no setting of the caller changes a literal
--      (rule B9).
set local role orgscope_definer;

create or replace function sync.replace_unstorable(body text)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_unstorable constant text :=
    '##u0000'
    '|##u[dD][89abAB][0-9a-fA-F]{2}(?!##u[dD][c-fC-F][0-9a-fA-F]{2})'
    '|(?<!##u[dD][89abAB][0-9a-fA-F]{2})##u[dD][c-fC-F][0-9a-fA-F]{2}';
  v_backslash constant text := chr(92);
begin
  if strpos(body, chr(1)) > 0 then
    return body;
  end if;
  body := replace(body, repeat(v_backslash, 2), chr(1));
  body := regexp_replace(
    body, replace(v_unstorable, '#', v_backslash), repeat(v_backslash, 2) || 'ufffd', 'g'
  );
  return replace(body, chr(1), repeat(v_backslash, 2));
end
$$;

comment on function sync.replace_unstorable(text)
is 'Replace the escapes in JSON text that jsonb cannot hold.';
revoke all on function sync.replace_unstorable(text) from public;
