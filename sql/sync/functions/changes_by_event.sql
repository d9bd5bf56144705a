-- Return what an event changed, and what its delete took along.
-- Flow: called by sync.trace_event.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: what a delete takes along is no event's own change. It is noted right before the delete, in
--      its transaction: another event of that page ends with a change of its own.
set local role orgscope_definer;

create or replace function sync.changes_by_event(id text)
returns table (change sync.changes, taken_along boolean)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with own as (
    select c.* from sync.changes as c
    where c.event_id = changes_by_event.id and c.event_id <> ''
  )
  select o::sync.changes, false from own as o
  union all
  select a, true
  from own as o
  inner join sync.changes as a on o.transaction = a.transaction and o.position > a.position
  where o.kind = 'deleted' and a.kind = 'deleted' and a.event_id = '' and not exists (
    select from sync.changes as b
    where b.transaction = o.transaction and b.position > a.position and b.position < o.position
      and b.event_id <> ''
  );
end
$$;

comment on function sync.changes_by_event(text)
is 'Return what an event changed, and what its delete took along.';
revoke all on function sync.changes_by_event(text) from public;
