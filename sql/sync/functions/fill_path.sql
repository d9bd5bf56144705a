-- Fill the fields of an object into a path of the WorkOS API; null when one is not known.
-- Flow: called by sync.add_lists and sync.object_path.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: an id becomes part of a URL, so what has more than letters, digits, and - . _ : is no id,
--      and nothing is asked for. There may be a hundred thousand, and a bound within the pattern
--      takes ten times as long as to ask for the length.
set local role orgscope_definer;

create or replace function sync.fill_path(path text, fields jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_name text;
  v_value text;
begin
  for v_name in
    select m.parts [1] from regexp_matches(path, '[{]([a-z_]+)[}]', 'g') as m (parts)
  loop
    v_value := fields ->> v_name;
    if (
      v_value ~ '^[A-Za-z0-9]' and v_value !~ '[^A-Za-z0-9._:-]' and length(v_value) <= 255
    ) is not true then
      return null;
    end if;
    path := replace(path, '{' || v_name || '}', v_value);
  end loop;
  return path;
end
$$;

comment on function sync.fill_path(text, jsonb)
is 'Fill the fields of an object into a path of the WorkOS API.';
revoke all on function sync.fill_path(text, jsonb) from public;
