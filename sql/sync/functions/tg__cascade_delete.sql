-- Take the mirrored children of deleted objects along, in the same transaction.
-- Flow: triggers _100_cascade_delete_… of every mirror table: once for each update, whose rows are
--       written and replaced, and for each row that is a tombstone when it is inserted.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: WorkOS does not say whether it sends an event for each child; the mirror does not depend on
--      it. All children are locked before any of theirs, and in the order of their ids, so that two
--      cascades cannot deadlock. Tables are compared as oids: their names depend on the session.
set local role orgscope_definer;

create or replace function sync.tg__cascade_delete()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_ids text[];
  v_since timestamptz[];
  v_child record;
begin
  if tg_level = 'ROW' then
    v_ids := array[new.id];
    v_since := array[new.deleted_at];
  else
    select array_agg(w.id), array_agg(w.deleted_at) into v_ids, v_since
    from written as w
    where w.deleted_at is not null
      and w.id not in (select r.id from replaced as r where r.deleted_at is not null);
  end if;
  if v_ids is null then
    return null;
  end if;
  for v_child in
    select s.step, f.relation, p.key as parent_column
    from sync.families as f
    cross join lateral jsonb_each_text(f.parents) as p
    inner join sync.families as parent on p.value = parent.name
    cross join unnest(array['lock', 'delete']) with ordinality as s (step, position)
    where to_regclass(parent.relation) = tg_relid and to_regclass(f.relation) is not null
    order by s.position, f.name
  loop
    if v_child.step = 'lock' then
      execute format(
        'select from %1$s as c where c.%2$I = any ($1) and c.deleted_at is null
         order by c.id for update',
        v_child.relation, v_child.parent_column
      ) using v_ids;
    else
      execute format(
        'update %1$s as c set deleted_at = p.since, synced_at = now()
         from unnest($1, $2) as p (id, since)
         where c.%2$I = p.id and c.deleted_at is null',
        v_child.relation, v_child.parent_column
      ) using v_ids, v_since;
    end if;
  end loop;
  return null;
end
$$;

comment on function sync.tg__cascade_delete()
is 'Take the mirrored children of deleted objects along.';
revoke all on function sync.tg__cascade_delete() from public;
grant execute on function sync.tg__cascade_delete() to orgscope_owner;
