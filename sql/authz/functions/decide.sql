-- Decide by the mirror whether the person of a verified token may act, and return the context.
-- Flow: step 3 of a request; authz.seal follows.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS310 to WS315, WS324: see authz.refuse.
-- Why: the token's word is never enough: it was true at iat. One query, because every request pays
--      for it. Several memberships may exist for one pair, since a re-added one may arrive before
--      the delete of the old one (rule B6): any live active one counts. A stub of a person is
--      nobody without an organization. Where token and mirror name different sets of roles there is
--      no role, unless settings name the side whose role counts (rule A6).
set local role orgscope_sealer;

create or replace function authz.decide(claims jsonb, with_org boolean)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user_id constant text := claims ->> 'sub';
  v_org_id constant text := case when with_org then claims ->> 'org_id' end;
  v_code text;
  v_context jsonb;
begin
  select
    case
      when exists (select from authz.tombstones as t)
        and (authz.is_erased(v_user_id) or authz.is_erased(v_org_id)) then 'WS315'
      when u.deleted_at is not null then 'WS310'
      when s.id is not null
        and (s.deleted_at is null and s.status = 'active' and s.user_id = v_user_id) is not true
        then 'WS314'
      when v_org_id is null then case when u.raw is null then 'WS324' end
      when o.deleted_at is not null then 'WS311'
      when m.active is null then 'WS312'
      when m.active is not true then 'WS313'
    end,
    jsonb_build_object(
      'user_id', v_user_id,
      'session_id', claims -> 'sid',
      'actor', claims #> '{act,sub}',
      'until', (claims ->> 'exp')::numeric + a.leeway_s,
      'org_id', v_org_id,
      'role', case
        when a.role_source = 'mirror' then m.role_slug
        when a.role_source = 'token' and m.active or m.agrees then claims ->> 'role'
      end,
      'permissions', case when m.active then authz.agreed_permissions(
        claims, v_org_id, m.role_slugs, m.agrees is true, a.role_source
      ) end
    )
  into v_code, v_context
  from authz.settings as a
  left join workos.users as u on u.id = v_user_id
  left join workos.sessions as s on s.id = claims ->> 'sid'
  left join workos.organizations as o on o.id = v_org_id
  left join lateral (
    select
      n.role_slug, n.role_slugs,
      (n.deleted_at is null and n.status = 'active') is true as active,
      claims ->> 'role' = n.role_slug and r.roles <@ n.role_slugs and r.roles @> n.role_slugs
        as agrees
    from workos.organization_memberships as n,
      coalesce(claims -> 'roles', jsonb_build_array(claims -> 'role')) as r (roles)
    where n.user_id = v_user_id and n.organization_id = v_org_id
    order by active desc, n.id
    limit 1
  ) as m on true;
  if v_code is not null then
    perform authz.refuse(v_code);
  end if;
  return v_context;
end
$$;

comment on function authz.decide(jsonb, boolean)
is 'Decide by the mirror whether the person of a verified token may act.';
revoke all on function authz.decide(jsonb, boolean) from public;
