-- Return objects that were read together, without those that are of somebody who was erased.
-- Flow: called by sync.apply_page; sync.apply_read and sync.repair_object ask about one object.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: WorkOS may still have who was erased here, and a read must not bring them back. Of objects
--      that only name them the name is left out.
set local role orgscope_definer;

create or replace function sync.keep_unerased(
  family sync.families,
  payloads jsonb[],
  erased text[]
)
returns jsonb[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if cardinality(erased) = 0 then
    return payloads;
  end if;
  return array(
    select sync.blank(p.payload, erased)
    from unnest(payloads) with ordinality as p (payload, position)
    where not sync.belongs_to(family, p.payload, erased)
    order by p.position
  );
end
$$;

comment on function sync.keep_unerased(sync.families, jsonb[], text[])
is 'Return objects without those that are of somebody who was erased.';
revoke all on function sync.keep_unerased(sync.families, jsonb[], text[]) from public;
