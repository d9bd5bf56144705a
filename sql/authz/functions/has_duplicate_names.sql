-- Tell whether a JSON object repeats one of the names that decide about access.
-- Flow: called by authz.read_object.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing.
-- Why: jsonb keeps the last of two equal names and another reader may keep the first (rule A10).
set local role orgscope_sealer;

create or replace function authz.has_duplicate_names(object json, names text[])
returns boolean
language sql
immutable
parallel safe
begin atomic
select exists(
  select from json_object_keys(object) as k (name)
  where k.name = any(names)
  group by k.name
  having count(*) > 1
);
end;

comment on function authz.has_duplicate_names(json, text[])
is 'Tell whether a JSON object repeats one of the given names.';
revoke all on function authz.has_duplicate_names(json, text[]) from public;
