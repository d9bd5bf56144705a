-- Apply objects of a family that were read together, and return their keys and what became of them.
-- Flow: called by sync.apply_page and sync.compare_objects; sync.apply_object is for one.
-- Runs as: orgscope_definer, invoker.
-- Raises: only what sync.is_retryable says is the database's.
-- Why: one statement for all of them. Where one of them fails, each is applied by itself, so that
--      the odd one keeps nothing back; error is why the first of these failed.
set local role orgscope_definer;

create or replace function sync.apply_objects(
  family sync.families,
  payloads jsonb[],
  change sync.change,
  out keys text[],
  out applied integer,
  out failed integer,
  out error text
)
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_one record;
begin
  failed := 0;
  begin
    execute format('select * from %s($1, $2)', family.upsert)
    into strict keys, applied using payloads, change;
    return;
  exception when others or assert_failure then
    if sync.is_retryable(sqlstate) then
      raise;
    end if;
  end;
  keys := '{}';
  applied := 0;
  for i in 1 .. cardinality(payloads) loop
    v_one := sync.apply_object(family, payloads[i], change);
    keys := keys || v_one.keys;
    applied := applied + (v_one.outcome = 'applied')::integer;
    failed := failed + (v_one.error is not null)::integer;
    error := coalesce(error, v_one.error);
  end loop;
end
$$;

comment on function sync.apply_objects(sync.families, jsonb[], sync.change)
is 'Apply objects of a family that were read together.';
revoke all on function sync.apply_objects(sync.families, jsonb[], sync.change) from public;
