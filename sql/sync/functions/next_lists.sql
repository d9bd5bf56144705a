-- Return lists of a run that are to be read next, besides those that are being read.
-- Flow: step 2 of a run, until there is none; sync.apply_page is step 3.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: the lists for each parent are known when the parents are: once no list of their family is
--      left. They are made for one family at a time, and only when there is nothing else to read: a
--      hundred thousand parents take seconds for each. Asking renews the lease.
set local role orgscope_definer;

create or replace function sync.next_lists(
  run_id bigint,
  most integer,
  besides text[] default '{}',
  lease interval default '2 minutes'
)
returns setof sync.run_lists
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_family text;
  v_waiting text[];
begin
  loop
    v_waiting := sync.waiting_families(next_lists.run_id);
    exit when most <= (
      select count(*) from (
        select from sync.run_lists as l
        where l.run_id = next_lists.run_id and l.state = 'pending' and l.path <> all (besides)
          and l.family <> all (v_waiting)
        limit most
      ) as unread
    );
    v_family := sync.next_family(next_lists.run_id);
    exit when v_family is null;
    perform sync.add_lists(next_lists.run_id, v_family);
  end loop;
  update sync.runs as r set lease_until = clock_timestamp() + lease
  where r.run_id = next_lists.run_id and r.state = 'running';
  return query
  select l.* from sync.run_lists as l
  where l.run_id = next_lists.run_id and l.state = 'pending' and l.path <> all (besides)
    and l.family <> all (v_waiting)
  order by l.family, l.path
  limit most;
end
$$;

comment on function sync.next_lists(bigint, integer, text[], interval)
is 'Return lists of a run that are to be read next.';
revoke all on function sync.next_lists(bigint, integer, text[], interval) from public;
grant execute on function sync.next_lists(bigint, integer, text[], interval) to orgscope_sync;
