-- Tell whether an object is of, or belongs to, somebody who was erased.
-- Flow: called by sync.apply_read, which then keeps nothing of it.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: WorkOS may still have who was erased here, and whoever reads it again must not bring it
--      back.
set local role orgscope_definer;

create or replace function sync.concerns_erased(family sync.families, payload jsonb)
returns boolean
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return authz.is_erased(payload ->> 'id') or exists (
    select from jsonb_object_keys(family.parents) as p (name)
    where authz.is_erased(payload ->> p.name)
  );
end
$$;

comment on function sync.concerns_erased(sync.families, jsonb)
is 'Tell whether an object is of, or belongs to, somebody who was erased.';
revoke all on function sync.concerns_erased(sync.families, jsonb) from public;
