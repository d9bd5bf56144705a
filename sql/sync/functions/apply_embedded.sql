-- Apply the objects that payloads hold under a name, as versions of their own family.
-- Flow: called by an upsert before it holds the parents that came with the child.
-- Runs as: orgscope_definer, invoker.
-- Raises: only what sync.is_retryable says is the database's.
-- Why: the payload of a delete holds objects that live on. An odd one keeps nothing back: each is
--      applied by itself, in the order of their ids, as rows are locked everywhere.
set local role orgscope_definer;

create or replace function sync.apply_embedded(
  payloads jsonb[],
  change sync.change,
  family text,
  field text
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_family sync.families;
  v_embedded jsonb;
begin
  select f.* into strict v_family from sync.families as f where f.name = apply_embedded.family;
  change.deleted := false;
  for v_embedded in
    select e.payload
    from unnest(payloads) as p (payload)
    cross join lateral (select p.payload -> apply_embedded.field as payload) as e
    where jsonb_typeof(e.payload -> 'updated_at') = 'string'
    order by e.payload ->> 'id' collate "C"
  loop
    perform sync.apply_object(v_family, v_embedded, change);
  end loop;
end
$$;

comment on function sync.apply_embedded(jsonb[], sync.change, text, text)
is 'Apply the objects that payloads hold under a name.';
revoke all on function sync.apply_embedded(jsonb[], sync.change, text, text) from public;
