-- Read a JSON object from text, and say whether something in it, or all of it, cannot be kept.
-- Flow: called by sync.parse_event, and by sync.apply_read for what an API read returned.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS101 when the text is not a JSON object.
-- Why: jsonb cannot hold U+0000 nor half a surrogate pair: they become U+FFFD, and lossy says so.
--      Only what jsonb refused is looked through. A number beyond numeric and a depth beyond the
--      stack are in error: the text may be an object all the same, and is kept for better days.
set local role orgscope_definer;

create or replace function sync.parse_object(
  body text,
  out value jsonb,
  out lossy boolean,
  out error text
)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  lossy := false;
  begin
    value := body::jsonb;
  exception when data_exception then
    value := sync.replace_unstorable(body)::jsonb;
    lossy := true;
  end;
  if (jsonb_typeof(value) = 'object') is not true then
    raise exception data_exception;
  end if;
exception when data_exception or program_limit_exceeded then
  if (sqlstate = '22003' or left(sqlstate, 2) = '54') and body ~ '^[[:space:]]*[{]' then
    value := null;
    error := concat_ws(' ', sqlstate, sqlerrm);
    return;
  end if;
  raise exception using
    errcode = 'WS101',
    message = 'the body is not a JSON object',
    hint = 'Pass the body exactly as WorkOS sent it.';
end
$$;

comment on function sync.parse_object(text)
is 'Read a JSON object from text, and say whether something in it cannot be kept.';
revoke all on function sync.parse_object(text) from public;
