-- Raise unless the mirror lets the person and the session of a verified token act.
-- Flow: step 3 of every request; authz.decide_organization follows when there is an organization.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS310, WS314, WS315, WS324.
-- Why: the token's word is never enough: it was true at iat.
set local role orgscope_sealer;

create or replace function authz.decide_user(user_id text, session_id text, must_be_known boolean)
returns void
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_user record;
  v_session record;
begin
  if authz.is_erased(user_id) then
    perform authz.refuse('WS315');
  end if;
  select u.id, u.deleted_at into v_user from workos.users as u where u.id = user_id;
  if v_user.deleted_at is not null then
    perform authz.refuse('WS310');
  end if;
  select s.id, s.user_id, s.status, s.deleted_at into v_session
  from workos.sessions as s
  where s.id = session_id;
  if v_session.id is not null
    and (v_session.deleted_at is null and v_session.status = 'active'
      and v_session.user_id = decide_user.user_id) is not true
  then
    perform authz.refuse('WS314');
  end if;
  if must_be_known and v_user.id is null then
    perform authz.refuse('WS324');
  end if;
end
$$;

comment on function authz.decide_user(text, text, boolean)
is 'Raise unless the mirror lets the person and the session of a token act.';
revoke all on function authz.decide_user(text, text, boolean) from public;
