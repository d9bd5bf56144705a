-- Return the names of the fields in which two objects differ.
-- Flow: called by sync.compare_objects.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: a report names fields and never shows what is in them.
set local role orgscope_definer;

create or replace function sync.differing_fields(one jsonb, other jsonb, except_keys text[])
returns text[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select coalesce(a.key, b.key) as key
    from jsonb_each(case when jsonb_typeof(one) = 'object' then one else '{}' end) as a
    full join jsonb_each(case when jsonb_typeof(other) = 'object' then other else '{}' end) as b
      on a.key = b.key
    where a.value is distinct from b.value and coalesce(a.key, b.key) <> all (except_keys)
    order by key
  );
end
$$;

comment on function sync.differing_fields(jsonb, jsonb, text[])
is 'Return the names of the fields in which two objects differ.';
revoke all on function sync.differing_fields(jsonb, jsonb, text[]) from public;
