-- Delete what is past its time: changes, runs, sessions, and events; return how much.
-- Flow: the worker's retention, in batches; again while it returns most.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: a consumer that stays away longer than the feed is kept reads the mirror instead. The inbox
--      is kept for good unless an interval is given: the mirror can be made from it. What failed in
--      it stays until it is applied. A session ends without an event, and nothing else ends it.
--      The last event of each channel stays, too: since when it is silent is an alarm.
set local role orgscope_definer;

create or replace function sync.purge(
  keep_changes interval,
  keep_inbox interval default null,
  most integer default 10000
)
returns integer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_deleted integer;
  v_total integer := 0;
begin
  delete from sync.changes as c
  where (c.transaction, c.position) in (
    select o.transaction, o.position from sync.changes as o
    where o.changed_at < now() - keep_changes
    order by o.transaction, o.position limit most
  );
  get diagnostics v_deleted = row_count;
  v_total := v_total + v_deleted;
  delete from sync.runs as r where r.state <> 'running' and r.finished_at < now() - keep_changes;
  delete from workos.sessions as s
  where s.id in (
    select o.id from workos.sessions as o
    where least(o.deleted_at, o.expires_at, o.ended_at) < sync.sessions_kept_since()
    order by least(o.deleted_at, o.expires_at, o.ended_at) limit most
  );
  get diagnostics v_deleted = row_count;
  v_total := v_total + v_deleted;
  delete from sync.inbox as i
  using unnest(array['webhook', 'feed']) as s (source)
  cross join lateral (
    select o.id from sync.inbox as o
    where o.source = s.source and o.status <> 'failed'
      and o.received_at < now() - keep_inbox
      and o.received_at < (select max(n.received_at) from sync.inbox as n where n.source = s.source)
    order by o.received_at limit most
  ) as old
  where i.id = old.id;
  get diagnostics v_deleted = row_count;
  return v_total + v_deleted;
end
$$;

comment on function sync.purge(interval, interval, integer)
is 'Delete what is past its time: changes, runs, sessions, and events.';
revoke all on function sync.purge(interval, interval, integer) from public;
grant execute on function sync.purge(interval, interval, integer) to orgscope_sync;
