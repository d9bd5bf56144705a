-- Return the permissions on which token and mirror agree, for an active membership.
-- Flow: called by authz.decide.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing; null is no permission.
-- Why: where both sides name the same roles, their permissions are the mirror's as soon as it knows
--      every one of these roles, else the token's. Where they differ, only what both give is left:
--      the mirror's permissions of the mirror's roles that the token has, too. A role that was
--      deleted has no permission, though a membership may still name it.
set local role orgscope_sealer;

create or replace function authz.agreed_permissions(
  claims jsonb,
  org_id text,
  role_slugs jsonb,
  agrees boolean,
  role_source text
)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_token constant jsonb := claims -> 'permissions';
  v_mirror jsonb;
begin
  if role_source = 'token' then
    return v_token;
  end if;
  select case when bool_and(r.permissions is not null) then coalesce(
    jsonb_agg(distinct p.slug) filter (where p.slug is not null), '[]'
  ) end
  into v_mirror
  from jsonb_array_elements_text(role_slugs) as s (slug)
  left join lateral (
    select
      case when n.deleted_at is null then nullif(n.permissions, 'null') else '[]' end as permissions
    from workos.roles as n
    where n.id in (org_id || ':' || s.slug, 'environment:' || s.slug) and n.raw is not null
    order by n.organization_id nulls last
    limit 1
  ) as r on true
  left join lateral jsonb_array_elements_text(r.permissions) as p (slug) on true;
  if agrees or role_source = 'mirror' then
    return coalesce(v_mirror, case when agrees then v_token end);
  end if;
  return (
    select jsonb_agg(p.slug) from jsonb_array_elements_text(v_mirror) as p (slug)
    where v_token ? p.slug
  );
end
$$;

comment on function authz.agreed_permissions(jsonb, text, jsonb, boolean, text)
is 'Return the permissions on which token and mirror agree.';
revoke all on function authz.agreed_permissions(jsonb, text, jsonb, boolean, text) from public;
