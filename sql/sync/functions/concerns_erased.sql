-- Tell whether an object is of, or belongs to, somebody who was erased.
-- Flow: called by sync.mirrored_object and sync.mirrored_memberships.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS308 when the tombstone key is missing while tombstones exist.
-- Why: what a restored backup brought back is not shown, until it is erased again.
set local role orgscope_definer;

create or replace function sync.concerns_erased(family sync.families, payload jsonb)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return sync.belongs_to(family, payload, authz.erased_in(array[payload::text]));
end
$$;

comment on function sync.concerns_erased(sync.families, jsonb)
is 'Tell whether an object is of, or belongs to, somebody who was erased.';
revoke all on function sync.concerns_erased(sync.families, jsonb) from public;
