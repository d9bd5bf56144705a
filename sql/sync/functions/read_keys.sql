-- Return the fields of a family that a read of WorkOS knows better than an event.
-- Flow: called by sync.compare_objects.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: they stand in one place, as arguments of the trigger that compares versions.
set local role orgscope_definer;

create or replace function sync.read_keys(family sync.families)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return coalesce((
    select (string_to_array(encode(t.tgargs, 'escape'), chr(92) || '000'))[2 : t.tgnargs]
    from pg_trigger as t
    where t.tgrelid = to_regclass(family.relation) and starts_with(t.tgname, '_000_keep')
  ), '{}');
end
$$;

comment on function sync.read_keys(sync.families)
is 'Return the fields of a family that a read knows better than an event.';
revoke all on function sync.read_keys(sync.families) from public;
