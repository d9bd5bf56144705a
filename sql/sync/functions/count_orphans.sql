-- Count the suspected orphans of a run, in each family and for each parent that has a list of them.
-- Flow: step 4 of a reconcile, after sync.find_orphans; what is more than a few stops the run.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: counted where they are kept, so that a run that was killed meanwhile is stopped as well, and
--      many lists that lack a few are seen for what they are together. parent_id is null for a
--      whole family.
set local role orgscope_definer;

create or replace function sync.count_orphans(run_id bigint, more_than integer)
returns table (family text, parent_id text, orphans bigint, live bigint)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_family sync.families;
begin
  for v_family in
    select f.* from sync.families as f
    where f.name in (
      select d.family from sync.differences as d
      where d.run_id = count_orphans.run_id and d.kind = 'orphan' and d.state = 'suspected'
    )
    order by f.name
  loop
    return query execute format(
      'select $2, g.parent_id, g.orphans, g.live
       from (
         select t.parent_id, count(d.object_id) as orphans, count(*) as live
         from (
           select o.id, %s as parent_id from %s as o
           where o.raw is not null and o.deleted_at is null
         ) as t
         left join sync.differences as d
           on d.run_id = $1 and d.family = $2 and d.object_id = t.id
           and d.kind = ''orphan'' and d.state = ''suspected''
         group by grouping sets ((), (t.parent_id))
       ) as g
       where g.orphans > $3',
      coalesce(
        (
          select format('o.%I', p.key) from jsonb_each_text(v_family.parents) as p
          where p.value = v_family.list_parent
        ),
        'null::text'
      ),
      v_family.relation
    ) using count_orphans.run_id, v_family.name, more_than;
  end loop;
end
$$;

comment on function sync.count_orphans(bigint, integer)
is 'Count the suspected orphans of a run, in each family and for each parent.';
revoke all on function sync.count_orphans(bigint, integer) from public;
grant execute on function sync.count_orphans(bigint, integer) to orgscope_sync;
