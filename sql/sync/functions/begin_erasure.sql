-- Refuse to erase without a reason or an id, and wait until nothing is on its way in.
-- Flow: step 1 of sync.erase_user and sync.erase_organization.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS301 without a context, WS321 for anybody but an administrator, WS205 for an odd id;
--         WS206 when what is on its way in takes longer than 3 seconds.
-- Why: what looked for tombstones before there was one has committed by then, and is erased, too.
--      What comes meanwhile waits, and finds it. Reading goes on. Webhooks that wait behind this
--      wait 5 seconds at most, so this gives up before they do.
set local role orgscope_definer;

create or replace function sync.begin_erasure(id text, prefix text)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
set lock_timeout = '3s'
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
exception when lock_not_available then
  raise exception using
    errcode = 'WS206',
    message = 'something is on its way into the mirror and does not end, so nothing was erased',
    hint = 'Try again. A backfill, a reconcile or a long page of the feed ends by itself.';
end
$$;

comment on function sync.begin_erasure(text, text)
is 'Refuse to erase without a reason or an id, and wait until nothing is on its way in.';
revoke all on function sync.begin_erasure(text, text) from public;
