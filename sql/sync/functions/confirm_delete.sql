-- Note of a tombstone that its object was said to be gone once more, and when.
-- Flow: called by sync.tg__keep_newest for an event, and by sync.repair_object for an answer.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing; a row that lives, or was written later, stays as it is.
-- Why: a repair lifts a tombstone by an answer that was asked for after it was written. A delete
--      that finds the row dead changes nothing else, and without this an older answer, which is
--      still under way, would bring back what somebody was just told is deleted.
set local role orgscope_definer;

create or replace function sync.confirm_delete(
  relation regclass,
  object_id text,
  said_at timestamptz
)
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  execute format(
    'update %s as t set synced_at = $2
     where t.id = $1 and t.deleted_at is not null and t.synced_at < $2', relation
  ) using object_id, said_at;
end
$$;

comment on function sync.confirm_delete(regclass, text, timestamptz)
is 'Note of a tombstone that its object was said to be gone once more, and when.';
revoke all on function sync.confirm_delete(regclass, text, timestamptz) from public;
