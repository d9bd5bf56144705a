-- Apply the objects of a page, or compare them, as the run wants it.
-- Flow: called by sync.apply_page.
-- Runs as: orgscope_definer, invoker.
-- Raises: what sync.is_retryable says.
-- Why: a reconcile compares first, and applies only what differs. An object that cannot be applied
--      keeps nothing back: how many there are, and why the first one, stays with the list.
set local role orgscope_definer;

create or replace function sync.apply_listed(
  run sync.runs,
  family sync.families,
  payloads jsonb[],
  change sync.change,
  out keys text[],
  out applied integer,
  out differing integer,
  out failed integer,
  out error text
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_compared record;
  v_applied record;
begin
  applied := 0;
  if run.kind = 'reconcile' then
    perform sync.apply_parts(run, family, payloads, change);
    v_compared := sync.compare_objects(family, payloads, change);
    keys := v_compared.keys;
    failed := v_compared.failed;
    error := v_compared.error;
    differing := sync.note_differences(
      run, family, v_compared.differences, payloads, change.occurred_at
    );
    if not run.repair or v_compared.changes = 0 then
      return;
    end if;
  end if;
  v_applied := sync.apply_objects(family, payloads, change);
  keys := v_applied.keys;
  applied := v_applied.applied;
  failed := v_applied.failed;
  error := v_applied.error;
end
$$;

comment on function sync.apply_listed(sync.runs, sync.families, jsonb[], sync.change)
is 'Apply the objects of a page, or compare them, as the run wants it.';
revoke all on function sync.apply_listed(sync.runs, sync.families, jsonb[], sync.change)
from public;
