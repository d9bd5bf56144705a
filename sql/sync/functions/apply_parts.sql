-- Compare objects that a page of a list shows inside of its own; mend them if the run is to.
-- Flow: called by sync.apply_listed for a reconcile, before it looks at the page's own objects.
-- Runs as: orgscope_definer, invoker.
-- Raises: what sync.is_retryable says.
-- Why: what is listed nowhere else, such as the domains of an organization, would never be
--      compared. The field has all of them, so what the mirror has besides is an orphan, and
--      suspected like any other.
set local role orgscope_definer;

create or replace function sync.apply_parts(
  run sync.runs,
  family sync.families,
  payloads jsonb[],
  change sync.change
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_part record;
begin
  for v_part in
    select e.key as field, p.key as parent_column, f as family, f.name, f.relation
    from jsonb_each_text(family.embeds) as e
    inner join sync.families as f on e.value = f.name
    inner join lateral jsonb_each_text(f.parents) as p on p.value = apply_parts.family.name
    order by f.name
  loop
    perform sync.apply_listed(run, v_part.family, array(
      select d.part from unnest(payloads) as p (payload)
      cross join lateral jsonb_array_elements(
        case when jsonb_typeof(p.payload -> v_part.field) = 'array' then p.payload -> v_part.field end
      ) as d (part)
      where d.part -> v_part.parent_column = p.payload -> 'id'
    ), change);
    execute format(
      'insert into sync.differences (run_id, family, object_id, organization_id, kind, state)
       select $1, $2, t.id, t.raw ->> ''organization_id'', ''orphan'', ''suspected''
       from unnest($3) as p (payload)
       inner join %s as t on t.%I = p.payload ->> ''id''
       where jsonb_typeof(p.payload -> $4) = ''array''
         and t.raw is not null and t.deleted_at is null and t.synced_at < $5
         and not exists (
           select from jsonb_array_elements(p.payload -> $4) as d (part)
           where d.part ->> ''id'' = t.id
         )
       on conflict on constraint differences_pkey do nothing',
      v_part.relation, v_part.parent_column
    ) using run.run_id, v_part.name, payloads, v_part.field, change.occurred_at;
  end loop;
end
$$;

comment on function sync.apply_parts(sync.runs, sync.families, jsonb[], sync.change)
is 'Compare the objects that a page of a list shows inside of its own.';
revoke all on function sync.apply_parts(sync.runs, sync.families, jsonb[], sync.change)
from public;
