-- Return the family whose lists for each parent a run is to know next; null when it has to wait.
-- Flow: called by sync.next_lists when a run has too few lists to read.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: the lists for each parent are known when the parents are. A further parent whose own lists
--      are not known yet is waited for as well, as long as anything else is left to read: families
--      that are parents of each other would wait for ever.
set local role orgscope_definer;

create or replace function sync.next_family(run_id bigint)
returns text
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return (
    with unread as materialized (
      select distinct l.family, l.error is null as is_hopeful
      from sync.run_lists as l
      where l.run_id = next_family.run_id and l.state = 'pending'
    ),
    ready as (
      select f.name, f.parents
      from sync.families as f
      inner join sync.families as p on f.list_parent = p.name
      inner join sync.runs as r on r.run_id = next_family.run_id
      where f.name <> all (r.expanded)
        and case when p.list_parent is null then r.scope = 'all' else p.name = any (r.expanded) end
        and f.name <> all (sync.waiting_families(next_family.run_id))
        and not exists (select from unread as u where u.family = p.name)
    ),
    ordered as (
      select y.name, exists (
        select from jsonb_each_text(y.parents) as e
        inner join sync.families as p on e.value = p.name
        inner join sync.runs as r on r.run_id = next_family.run_id
        where p.name <> y.name and p.list_parent is not null and p.name <> all (r.expanded)
          and (r.scope = 'all' or p.list_parent = any (r.expanded))
      ) as is_early
      from ready as y
    )
    select o.name from ordered as o
    where not o.is_early or not exists (select from unread as u where u.is_hopeful)
    order by o.is_early, o.name
    limit 1
  );
end
$$;

comment on function sync.next_family(bigint)
is 'Return the family whose lists for each parent a run is to know next.';
revoke all on function sync.next_family(bigint) from public;
