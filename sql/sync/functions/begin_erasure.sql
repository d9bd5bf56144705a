-- Refuse to erase without a reason or an id, and wait until nothing is on its way in.
-- Flow: step 1 of sync.erase_user and sync.erase_organization.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS301 without a context, WS321 for anybody but an administrator, WS205 for an odd id.
-- Why: what looked for tombstones before there was one has committed by then, and is erased, too.
--      What comes meanwhile waits, and finds it. Reading goes on.
set local role orgscope_definer;

create or replace function sync.begin_erasure(id text, prefix text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  if (authz.is_privileged('admin')) is not true then
    raise exception using
      errcode = 'WS321',
      message = 'only an administrator who gave a reason may erase',
      hint = 'Connect as that login, and call authz.begin_privileged(reason) first.';
  elsif (id ~ ('^' || prefix || '_[0-9A-Za-z]+$')) is not true then
    raise exception using
      errcode = 'WS205',
      message = format('what is to be erased is named by its id, such as %s_01…', prefix),
      hint = 'For an organization say --organization.';
  end if;
  lock table sync.families in exclusive mode;
end
$$;

comment on function sync.begin_erasure(text, text)
is 'Refuse to erase without a reason or an id, and wait until nothing is on its way in.';
revoke all on function sync.begin_erasure(text, text) from public;
