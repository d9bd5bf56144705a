-- Decide by the mirror whether the person of a verified token may act, and return the context.
-- Flow: step 3 of a request; authz.seal follows.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS310 to WS315, WS324: see authz.refuse.
-- Why: the token's word is never enough: it was true at iat. One query reads all that decides,
--      because every request pays for it. Several memberships may exist for one pair, since a
--      re-added one may arrive before the delete of the old one (rule B6): any live active one
--      counts. Where token and mirror name different sets of roles there is no role, and no
--      permission.
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
  v_session_id constant text := claims ->> 'sid';
  v_roles constant jsonb := coalesce(
    claims -> 'roles', jsonb_path_query_array(claims, '$.role ? (@ != null)')
  );
  v_facts record;
  v_code text;
  v_agrees boolean;
begin
  select
    a.leeway_s,
    a.role_source,
    exists (select from authz.tombstones as t) as anybody_erased,
    u.id is not null as user_known,
    u.deleted_at is not null as user_deleted,
    s.id is not null and (
      s.deleted_at is null and s.status = 'active' and s.user_id = v_user_id
    ) is not true as session_ended,
    o.deleted_at is not null as org_deleted,
    m.id is not null as member_known,
    m.deleted_at is null and m.status = 'active' as member_active,
    m.role_slug,
    m.role_slugs
  into v_facts
  from authz.settings as a
  left join workos.users as u on u.id = v_user_id
  left join workos.sessions as s on s.id = v_session_id
  left join workos.organizations as o on o.id = v_org_id
  left join workos.organization_memberships as m on m.id = (
    select n.id from workos.organization_memberships as n
    where n.user_id = v_user_id and n.organization_id = v_org_id
    order by (n.deleted_at is null and n.status = 'active') is true desc, n.id
    limit 1
  );
  v_code := case
    when v_facts.anybody_erased and (authz.is_erased(v_user_id) or authz.is_erased(v_org_id))
      then 'WS315'
    when v_facts.user_deleted then 'WS310'
    when v_facts.session_ended then 'WS314'
    when v_org_id is null then case when not v_facts.user_known then 'WS324' end
    when v_facts.org_deleted then 'WS311'
    when not v_facts.member_known then 'WS312'
    when v_facts.member_active is not true then 'WS313'
  end;
  if v_code is not null then
    perform authz.refuse(v_code);
  end if;
  v_agrees := v_facts.role_source <> 'both' or (
    claims ->> 'role' = v_facts.role_slug
    and v_roles <@ v_facts.role_slugs and v_roles @> v_facts.role_slugs
  );
  return jsonb_build_object(
    'user_id', v_user_id,
    'session_id', v_session_id,
    'actor', claims #> '{act,sub}',
    'until', (claims ->> 'exp')::numeric + v_facts.leeway_s,
    'org_id', v_org_id,
    'role', case
      when v_org_id is null or v_agrees is not true then null
      when v_facts.role_source = 'mirror' then v_facts.role_slug
      else claims ->> 'role'
    end,
    'permissions', case when v_org_id is not null and v_agrees then claims -> 'permissions' end
  );
end
$$;

comment on function authz.decide(jsonb, boolean)
is 'Decide by the mirror whether the person of a verified token may act.';
revoke all on function authz.decide(jsonb, boolean) from public;
