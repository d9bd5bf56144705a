-- Apply a page of a list to the mirror, or compare it, and move the cursor of the list behind it.
-- Flow: step 3 of a run. objects is the text of its data, as received, cursor_id where it was read
--      from, next_id where the next page is read from (null at the end), read_at when its request
--      began, by this database's clock.
-- Runs as: orgscope_definer, definer.
-- Raises: WS101 when objects is no array of objects, WS204 for a list that the run does not have;
--      what sync.is_retryable says: read it again.
-- Why: what the page changes and its cursor are one commit, so a run that was killed goes on where
--      it was. A page whose cursor somebody moved meanwhile is not applied. A list that WorkOS
--      keeps for a parent leaves out what all in it share. Who was erased here is passed over.
set local role orgscope_definer;

create or replace function sync.apply_page(
  run_id bigint,
  path text,
  cursor_id text,
  next_id text,
  objects text,
  read_at timestamptz,
  out listed integer,
  out applied integer,
  out differing integer
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_list sync.run_lists;
  v_run sync.runs;
  v_family sync.families;
  v_objects record;
  v_erased text[];
  v_done record;
begin
  -- Before the row: an erasure takes them in this order.
  lock table sync.families in row share mode;
  select l.* into v_list from sync.run_lists as l
  where l.run_id = apply_page.run_id and l.path = apply_page.path for update;
  select r.* into v_run from sync.runs as r where r.run_id = apply_page.run_id;
  select f.* into v_family from sync.families as f where f.name = v_list.family;
  if v_family.name is null then
    raise exception using errcode = 'WS204', message = 'the run has no such list';
  elsif v_list.state <> 'pending' or v_list.cursor_id is distinct from apply_page.cursor_id then
    return;
  end if;
  v_erased := sync.erased_in(objects, coalesce(v_list.parent_id, ''));
  v_objects := sync.parse_list(objects, v_list.parent_column, v_list.parent_id);
  listed := cardinality(v_objects.payloads);
  v_done := sync.apply_listed(
    v_run, v_family, sync.keep_unerased(v_family, v_objects.payloads, v_erased),
    ('', read_at, 'api', false, v_objects.lossy, null)
  );
  applied := v_done.applied;
  differing := v_done.differing;
  -- For who is gone, which only a reconcile asks, and for the lists of each parent.
  insert into sync.run_objects (run_id, family, object_id)
  select v_run.run_id, v_family.name, k.key from unnest(v_done.keys) as k (key)
  where v_run.kind = 'reconcile'
    or exists (select from sync.families as f where f.list_parent = v_family.name)
  on conflict on constraint run_objects_pkey do nothing;
  update sync.run_lists as l
  set cursor_id = next_id, began_at = coalesce(l.began_at, read_at),
      error = coalesce(v_done.error, l.error), failed = l.failed + v_done.failed,
      listed = l.listed + apply_page.listed, applied = l.applied + apply_page.applied,
      state = case when next_id is null then 'done' else 'pending' end
  where l.run_id = v_list.run_id and l.path = v_list.path;
  -- A long list renews the lease, too; seldom, because all lists share the row.
  update sync.runs as r set lease_until = now() + interval '2 minutes'
  where r.run_id = v_run.run_id and r.lease_until < now() + interval '1 minute';
end
$$;

comment on function sync.apply_page(bigint, text, text, text, text, timestamptz)
is 'Apply a page of a list to the mirror, or compare it.';
revoke all on function sync.apply_page(bigint, text, text, text, text, timestamptz) from public;
grant execute on function sync.apply_page(bigint, text, text, text, text, timestamptz)
to orgscope_sync;
