-- Return the ids that payloads name as one of their parents: each once, in order.
-- Flow: called by sync.hold_<parents>.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS201 when one is no string of 1 to 255 characters, or is missing and not optional.
-- Why: the order is that in which the parents are locked, so that two writers cannot deadlock. One
--      payload is what every event has, and needs no sorting.
set local role orgscope_definer;

create or replace function sync.parent_ids(payloads jsonb[], name text, optional boolean)
returns text[]
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  if cardinality(payloads) = 1 and (not optional or payloads[1] ->> name is not null) then
    return array[sync.object_id(payloads[1], name)];
  end if;
  return array(
    select distinct sync.object_id(p.payload, name) collate "C"
    from unnest(payloads) as p (payload)
    where not optional or p.payload ->> name is not null
    order by 1
  );
end
$$;

comment on function sync.parent_ids(jsonb[], text, boolean)
is 'Return the ids that payloads name as one of their parents.';
revoke all on function sync.parent_ids(jsonb[], text, boolean) from public;
