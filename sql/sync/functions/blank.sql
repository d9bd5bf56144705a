-- Return JSON without certain names: null where one was a value, and no field of such a name.
-- Flow: called for what only names somebody who was erased, and belongs to others.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: the object of the others stays, and says no more who it was.
set local role orgscope_definer;

create or replace function sync.blank(value jsonb, names text[])
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if cardinality(names) = 0 then
    return value;
  end if;
  return case jsonb_typeof(value)
    when 'object' then (
      select coalesce(jsonb_object_agg(f.key, sync.blank(f.value, names)), '{}')
      from jsonb_each(value) as f where f.key <> all (names)
    )
    when 'array' then (
      select coalesce(jsonb_agg(sync.blank(e.element, names) order by e.position), '[]')
      from jsonb_array_elements(value) with ordinality as e (element, position)
    )
    when 'string' then case when value #>> '{}' = any (names) then 'null' else value end
    else value
  end;
end
$$;

comment on function sync.blank(jsonb, text[]) is 'Return JSON without certain names.';
revoke all on function sync.blank(jsonb, text[]) from public;
