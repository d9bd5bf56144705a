-- Return the role and the permissions that token and mirror agree on, as part of a context.
-- Flow: called by authz.decide.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing.
-- Why: both sides must agree, on the whole set of roles: a stale side must not widen the other. Where
--      they differ there is no role and no permission, until the next token or event settles it.
set local role orgscope_sealer;

create or replace function authz.agreed_role(
  claims jsonb,
  org_id text,
  role_source text,
  role_slug text,
  role_slugs jsonb
)
returns jsonb
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_role constant text := claims ->> 'role';
  v_roles jsonb := claims -> 'roles';
begin
  if org_id is null then
    return '{}';
  elsif role_source = 'mirror' then
    return jsonb_build_object('role', role_slug, 'permissions', claims -> 'permissions');
  end if;
  if v_roles is null then
    v_roles := case when v_role is null then '[]'::jsonb else jsonb_build_array(v_role) end;
  end if;
  if role_source = 'token'
    or (v_role = role_slug and v_roles <@ role_slugs and v_roles @> role_slugs)
  then
    return jsonb_build_object('role', v_role, 'permissions', claims -> 'permissions');
  end if;
  return '{}';
end
$$;

comment on function authz.agreed_role(jsonb, text, text, text, jsonb)
is 'Return the role and the permissions that token and mirror agree on.';
revoke all on function authz.agreed_role(jsonb, text, text, text, jsonb) from public;
