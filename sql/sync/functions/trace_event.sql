-- Return what an event changed, and what the mirror says now of each object.
-- Flow: orgscope trace. is_newer says that a later version or a delete took over.
-- Runs as: orgscope_definer, definer.
-- Raises: WS102 when the inbox has no such event.
-- Why: ids and times only. An event that changed nothing is traced to its own object. Which version
--      is newer is decided by WorkOS's time, as in the mirror, but for what a delete took along.
set local role orgscope_definer;

create or replace function sync.trace_event(id text)
returns table (
  family text, object_id text, organization_id text, kind text, changed_at timestamptz,
  state text, source_updated_at timestamptz, event_id text, is_newer boolean
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_kept sync.inbox;
  v_event sync.event;
  v_version timestamptz;
  v_relation text;
  v_taken_along boolean;
begin
  select i.* into v_kept from sync.inbox as i where i.id = trace_event.id;
  if v_kept.id is null then
    raise exception using
      errcode = 'WS102', message = 'sync.inbox has no event with this id';
  elsif v_kept.status <> 'erased' then
    v_event := sync.parse_event(v_kept.body, v_kept.source);
  end if;
  begin
    v_version := workos.timestamp_v1(v_event.data ->> 'updated_at');
  exception when sqlstate 'WS201' or data_exception then
    v_version := null;  -- as sync.parse_event: as good as none
  end;
  v_version := coalesce(v_version, v_kept.occurred_at, v_kept.received_at);
  for family, object_id, organization_id, kind, changed_at, v_relation, v_taken_along in
    with changed as (select (e.change).*, e.taken_along from sync.changes_by_event(id) as e)
    select c.family, c.object_id, c.organization_id, c.kind, c.changed_at, f.relation, c.taken_along
    from changed as c inner join sync.families as f on c.family = f.name
    union all
    select f.name, v_event.data ->> 'id', null, null, null, f.relation, false
    from sync.families as f
    where v_event.type = any (f.events || f.delete_events) and v_event.data ? 'id'
      and not exists (select from changed)
  loop
    execute format(
      'select
         case when t.deleted_at is not null then ''deleted'' when t.raw is null then ''stub''
           else ''live'' end,
         t.source_updated_at, t.event_id::text,
         case when $5 then t.deleted_at is null else t.event_id <> $2 and (
           t.source_updated_at > $3
           or t.deleted_at is not null and $4 is distinct from ''deleted''
         ) end
       from %s as t where t.id = $1', v_relation
    ) into state, source_updated_at, event_id, is_newer 
    using object_id, id, v_version, kind, v_taken_along;
    state := coalesce(state, 'absent');
    return next;
  end loop;
end
$$;

comment on function sync.trace_event(text)
is 'Return what an event changed, and what the mirror says now of each object.';
revoke all on function sync.trace_event(text) from public;
grant execute on function sync.trace_event(text) to orgscope_sync;
