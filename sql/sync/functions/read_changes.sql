-- Return what changed in the mirror after a place, oldest first, for a consumer that polls.
-- Flow: the consumer keeps transaction and position of the last row it handled, and passes them.
-- Runs as: orgscope_definer, definer.
-- Raises: WS104 for a place of another server; WS301 for a person who gave no reason, WS321 for
--      anybody who is neither an administrator nor a service.
-- Why: positions are taken before the commit, so a reader that goes by position misses whoever
--      commits late. Shown is only what is older than every transaction that still runs: nothing
--      can come before it any more. Transactions begin again in a restored cluster, so a place
--      ahead of them is of another server. Services are told by the session's own membership.
-- Example: select * from sync.read_changes('0', 0, 100);
set local role orgscope_definer;

create or replace function sync.read_changes(
  after_transaction xid8 default '0',
  after_position bigint default 0,
  most integer default 1000
)
returns setof sync.changes
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if not (
    pg_has_role(session_user, 'orgscope_sync', 'member')
    or pg_has_role(session_user, 'orgscope_job', 'member')
  ) and authz.is_privileged('admin') is not true then
    raise exception using
      errcode = 'WS321',
      message = 'only an administrator who gave a reason may read the changes of all tenants',
      hint = 'Connect as that login, and call authz.begin_privileged(reason) first.';
  end if;
  if after_transaction >= pg_snapshot_xmax(pg_current_snapshot()) then
    raise exception using
      errcode = 'WS104',
      message = 'the place is ahead of this server, so it is of another one',
      hint = 'Read the mirror as it is, then follow the changes from the beginning.';
  end if;
  return query
  select c.* from sync.changes as c
  where (c.transaction, c.position) > (after_transaction, after_position)
    and c.transaction < pg_snapshot_xmin(pg_current_snapshot())
  order by c.transaction, c.position
  limit greatest(1, least(most, 10000));
end
$$;

comment on function sync.read_changes(xid8, bigint, integer)
is 'Return what changed in the mirror after a place, oldest first.';
revoke all on function sync.read_changes(xid8, bigint, integer) from public;
grant execute on function sync.read_changes(xid8, bigint, integer)
to orgscope_sync, orgscope_job, orgscope_admin;
