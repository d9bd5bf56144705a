-- Return the places of the events that can be applied together, group by group.
-- Flow: called by sync.store_events. ids are the events that are new; of two with one id the first.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: what concerns different objects may change places. The events of one object stay in their
--      order: the first of each object, then the second; parents come before their children, so
--      that no stub has to stand in. Nothing passes an event that is about more than one object of
--      its own, and such a one is alone: a delete, which takes others along; what embeds others;
--      what has no id; and what is not all readable.
set local role orgscope_definer;

create or replace function sync.group_events(events sync.event[], ids text[])
returns table (places integer[])
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return query
  with told as (
    select distinct on (e.id) e.*
    from unnest(events) with ordinality as e (id, type, data, change, error, place)
    where e.id = any (ids)
    order by e.id, e.place
  ),
  known as (
    select
      t.place, t.data ->> 'id' as object_id, d.name, d.depth,
      f.name is null or (
        f.embeds = '{}' and t.type = any (f.events) and t.error is null
        and not (t.change).lossy and jsonb_typeof(t.data -> 'id') = 'string'
      ) is true as is_plain
    from told as t
    left join sync.families as f on t.type = any (f.events || f.delete_events)
    left join sync.family_depths() as d on f.name = d.name
  ),
  parted as (
    select k.*, count(*) filter (where not k.is_plain) over (order by k.place) as part
    from known as k
  ),
  placed as (
    select
      p.*, row_number() over (partition by p.part, p.name, p.object_id order by p.place) as round
    from parted as p
  )
  select array_agg(p.place::integer order by p.place)
  from placed as p
  group by p.part, p.is_plain, p.round, p.depth, p.name, case when p.name is null then p.place end
  order by p.part, p.is_plain, p.round, p.depth, min(p.place);
end
$$;

comment on function sync.group_events(sync.event[], text[])
is 'Return the places of the events that can be applied together, group by group.';
revoke all on function sync.group_events(sync.event[], text[]) from public;
