-- Return the key of a role: its organization, or environment, and its slug.
-- Flow: called by sync.upsert_role.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when the slug is missing, or the organization of a role that must have one.
-- Why: no event has the id of a role, and a slug lives again when a role is made anew. A role of an
--      organization that does not say of which one must not pass for a role of the environment.
set local role orgscope_definer;

create or replace function sync.role_key(payload jsonb)
returns text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_has_organization constant boolean := (
    payload ->> 'organization_id' is not null
    or payload ->> 'type' is not distinct from 'OrganizationRole'
    or payload ->> 'object' is not distinct from 'organization_role'
  );
begin
  return concat_ws(
    ':',
    case
      when v_has_organization then sync.object_id(payload, 'organization_id') else 'environment'
    end,
    sync.object_id(payload, 'slug')
  );
end
$$;

comment on function sync.role_key(jsonb) is 'Return the key of a role.';
revoke all on function sync.role_key(jsonb) from public;
