-- Tell whether an object is one of those named, belongs to one, or holds one.
-- Flow: called by sync.concerns_erased, sync.keep_unerased and sync.leave_out_erased.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: these are refused as a whole. Who only names somebody, such as an invitation its sender, is
--      an object of others. What customers put into an object themselves says nothing of whose it
--      is. Who accepted an invitation is in no key of a family, and it was theirs.
set local role orgscope_definer;

create or replace function sync.belongs_to(family sync.families, payload jsonb, ids text[])
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return cardinality(ids) > 0 and exists (
    select from jsonb_each(case when jsonb_typeof(payload) = 'object' then payload end) as f
    where case jsonb_typeof(f.value)
      when 'string' then
        f.value #>> '{}' = any (ids)
        and (f.key in ('id', 'accepted_user_id') or family.parents ? f.key)
      when 'object' then
        f.value ->> 'id' = any (ids)
        and f.key not in ('metadata', 'custom_attributes', 'raw_attributes')
      else false
    end
  );
end
$$;

comment on function sync.belongs_to(sync.families, jsonb, text[])
is 'Tell whether an object is one of those named, belongs to one, or holds one.';
revoke all on function sync.belongs_to(sync.families, jsonb, text[]) from public;
