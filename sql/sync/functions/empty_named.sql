-- Return JSON in which each object whose own id is one of those is empty.
-- Flow: called by sync.leave_out_erased for what an event has beside its object.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: context.actor says who did it, by name as well, and that describes nobody but them.
set local role orgscope_definer;

create or replace function sync.empty_named(value jsonb, ids text[])
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return case jsonb_typeof(value)
    when 'object' then (
      select coalesce(jsonb_object_agg(f.key, sync.empty_named(f.value, ids)), '{}')
      from jsonb_each(value) as f where (empty_named.value ->> 'id' = any (ids)) is not true
    )
    when 'array' then (
      select coalesce(jsonb_agg(sync.empty_named(e.element, ids) order by e.position), '[]')
      from jsonb_array_elements(value) with ordinality as e (element, position)
    )
    else value
  end;
end
$$;

comment on function sync.empty_named(jsonb, text[])
is 'Return JSON in which each object whose own id is one of those is empty.';
revoke all on function sync.empty_named(jsonb, text[]) from public;
