-- Return the role and the permissions that token and mirror agree on, or raise.
-- Flow: step 4 of a request with an organization.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS311, WS312, WS313, WS315.
-- Why: no grant without an active mirrored membership. Several rows may exist for one pair, because a
--      re-added membership may arrive before the delete of the old one (rule B6): any live active
--      one counts. Where the two sides name different roles there is no role, and no permission.
set local role orgscope_sealer;

create or replace function authz.decide_organization(claims jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_org_id constant text := claims ->> 'org_id';
  v_member record;
  v_roles constant jsonb := coalesce(
    claims -> 'roles', jsonb_path_query_array(claims, '$.role ? (@ != null)')
  );
  v_permissions constant jsonb := coalesce(claims -> 'permissions', '[]');
  v_source constant text := (authz.require_settings()).role_source;
begin
  if authz.is_erased(v_org_id) then
    perform authz.refuse('WS315');
  end if;
  if exists (
    select from workos.organizations as o where o.id = v_org_id and o.deleted_at is not null
  ) then
    perform authz.refuse('WS311');
  end if;
  select m.id, m.deleted_at is null and m.status = 'active' as grants, m.role_slug, m.role_slugs
  into v_member
  from workos.organization_memberships as m
  where m.user_id = claims ->> 'sub' and m.organization_id = v_org_id
  order by (m.deleted_at is null and m.status = 'active') is true desc, m.id
  limit 1;
  if v_member.id is null then
    perform authz.refuse('WS312');
  elsif v_member.grants is not true then
    perform authz.refuse('WS313');
  elsif v_source = 'mirror' then
    return jsonb_build_object('role', v_member.role_slug, 'permissions', v_permissions);
  elsif v_source = 'token' or (
    claims ->> 'role' = v_member.role_slug
    and v_roles <@ v_member.role_slugs and v_roles @> v_member.role_slugs
  ) then
    return jsonb_build_object('role', claims -> 'role', 'permissions', v_permissions);
  end if;
  return jsonb_build_object('permissions', '[]'::jsonb);
end
$$;

comment on function authz.decide_organization(jsonb)
is 'Return the role and the permissions that token and mirror agree on, or raise.';
revoke all on function authz.decide_organization(jsonb) from public;
