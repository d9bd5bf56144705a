-- Tell where the mirror differs from objects that were read together, and change nothing.
-- Flow: called by sync.apply_page for a reconcile.
-- Runs as: orgscope_definer, invoker.
-- Raises: only what sync.is_retryable says is the database's.
-- Why: the objects are applied and that is taken back, so that comparing and applying cannot
--      disagree about what a difference is. A row that was written after the read began is left as
--      it is by that, and is no difference. Fields that change without a version are none either,
--      and count as changes only.
set local role orgscope_definer;

create or replace function sync.compare_objects(
  family sync.families,
  payloads jsonb[],
  change sync.change,
  out keys text[],
  out failed integer,
  out error text,
  out changes integer,
  out differences jsonb
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_states constant text := format(
    'select coalesce(jsonb_object_agg(t.id, jsonb_build_object(
       ''raw'', t.raw, ''dead'', t.deleted_at is not null, ''since'', t.source_updated_at
     )), ''{}'') from %s as t where t.id = any ($1)', family.relation
  );
  v_after jsonb;
  v_before jsonb;
begin
  begin
    select a.keys, a.failed, a.error into keys, failed, error
    from sync.apply_objects(family, payloads, change) as a;
    execute v_states into strict v_after using keys;
    raise exception using errcode = 'UNDO0';
  exception when sqlstate 'UNDO0' then
    null;
  end;
  execute v_states into strict v_before using keys;
  select count(*), coalesce(jsonb_agg(jsonb_build_object(
    'object_id', d.id, 'kind', d.kind, 'fields', d.fields, 'since', d.since,
    'organization_id', d.organization_id
  )) filter (where d.kind <> 'fields' or cardinality(d.fields) > 0), '[]')
  into changes, differences
  from (
    select
      a.key as id, a.value ->> 'since' as since,
      a.value #>> '{raw,organization_id}' as organization_id,
      case
        when coalesce(b.value -> 'raw', 'null') = 'null' then 'missing'
        when (b.value -> 'dead')::boolean and not (a.value -> 'dead')::boolean then 'deleted'
        else 'fields'
      end as kind,
      sync.differing_fields(b.value -> 'raw', a.value -> 'raw', sync.read_keys(family)) as fields
    from jsonb_each(v_after) as a
    left join jsonb_each(v_before) as b on a.key = b.key
    where a.value is distinct from b.value
  ) as d;
end
$$;

comment on function sync.compare_objects(sync.families, jsonb[], sync.change)
is 'Tell where the mirror differs from objects that were read together.';
revoke all on function sync.compare_objects(sync.families, jsonb[], sync.change) from public;
