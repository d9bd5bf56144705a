-- Note what the mirror has and a list does not, and return how many there are in how many.
-- Flow: step 4 of a reconcile, for each list that was read to its end.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: only what was written before the list began can be missing from it. It is suspected, not
--      known: a list may leave out what changed while it was read, so WorkOS is asked for each. A
--      list that another process has looked through meanwhile has no orphans left to find.
set local role orgscope_definer;

create or replace function sync.find_orphans(
  run_id bigint,
  path text,
  out family text,
  out orphans integer,
  out live integer
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_list sync.run_lists;
  v_family sync.families;
  v_scope text := 'true';
begin
  select l.* into v_list from sync.run_lists as l
  where l.run_id = find_orphans.run_id and l.path = find_orphans.path and l.state = 'done';
  orphans := 0;
  live := 0;
  if v_list.path is null then
    return;
  end if;
  select f.* into v_family from sync.families as f where f.name = v_list.family;
  family := v_family.name;
  if v_list.parent_column is not null then
    v_scope := format('t.%I = $4', v_list.parent_column);
  elsif v_family.list_parent is not null then
    v_scope := format('t.%I is null', (
      select p.key from jsonb_each_text(v_family.parents) as p where p.value = v_family.list_parent
    ));
  end if;
  execute format(
    'with scope as materialized (
       select
         t.id, t.raw ->> ''organization_id'' as organization_id,
         t.synced_at < $3 and o.object_id is null as orphan
       from %s as t
       left join sync.run_objects as o
         on o.run_id = $1 and o.family = $2 and o.object_id = t.id
       where t.raw is not null and t.deleted_at is null and %s
     ),
     noted as (
       insert into sync.differences (run_id, family, object_id, organization_id, kind, state)
       select $1, $2, s.id, s.organization_id, ''orphan'', ''suspected''
       from scope as s where s.orphan
       on conflict on constraint differences_pkey do nothing
     )
     select count(*) filter (where s.orphan), count(*) from scope as s',
    v_family.relation, v_scope
  )
  into orphans, live
  using v_list.run_id, v_family.name, v_list.began_at, v_list.parent_id;
  update sync.runs as r set lease_until = clock_timestamp() + interval '2 minutes'
  where r.run_id = v_list.run_id and r.state = 'running';
  update sync.run_lists as l set state = 'checked'
  where l.run_id = v_list.run_id and l.path = v_list.path;
end
$$;

comment on function sync.find_orphans(bigint, text)
is 'Note what the mirror has and a list does not.';
revoke all on function sync.find_orphans(bigint, text) from public;
grant execute on function sync.find_orphans(bigint, text) to orgscope_sync;
