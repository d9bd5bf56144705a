-- Fill the fields of an object into a path of the WorkOS API; null when one is not known.
-- Flow: called by sync.add_lists and sync.object_path.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: what may not be part of a URL is no id, and nothing is asked for.
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
    if sync.is_path_part(v_value) is not true then
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
