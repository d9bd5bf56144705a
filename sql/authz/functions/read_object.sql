-- Read one JSON object of a token, or return null for anything that a reader could take otherwise.
-- Flow: called by authz.parse_token for the header and the payload.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing: the errors of a hostile text are caught here.
-- Why: valid UTF-8, no byte order mark, no name of those that decide twice, and no more brackets
--      than the Python verifier reads too. They are counted in the text, because jsonb forgets the
--      values of a repeated name (rule A10).
set local role orgscope_sealer;

create or replace function authz.read_object(octets bytea, names text[])
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_text constant text := convert_from(octets, 'UTF8');
  v_object jsonb;
begin
  if (length(v_text) - length(translate(v_text, '[{', '')) <= 256) is not true
    or left(v_text, 1) = chr(65279)
  then
    return null;
  end if;
  v_object := v_text::jsonb;
  if (jsonb_typeof(v_object) = 'object') is not true
    or authz.has_duplicate_names(v_text::json, names)
  then
    return null;
  end if;
  return v_object;
exception when data_exception or statement_too_complex then
  return null;
end
$$;

comment on function authz.read_object(bytea, text[])
is 'Read one JSON object of a token, or return null.';
revoke all on function authz.read_object(bytea, text[]) from public;
