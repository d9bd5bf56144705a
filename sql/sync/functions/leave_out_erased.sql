-- Take out of an event what was erased: the names of an event of others, or all of it.
-- Flow: called by sync.store_event and sync.replay_event before they keep it, and by
--       sync.erase_events for what the inbox has. refused says that nothing of it may be kept.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: an event of somebody else, such as of an invitation that they had sent, goes on to count for
--      somebody else. Of one that no family understands, or that cannot be read, nobody knows whose
--      it is.
set local role orgscope_definer;

create or replace function sync.leave_out_erased(
  erased text[],
  inout event sync.event,
  inout body text,
  out refused boolean
)
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_family sync.families;
begin
  refused := false;
  if cardinality(erased) = 0
    or not exists (
      select from unnest(string_to_array(body, '"') || sync.escaped_strings(body)) as p (piece)
      where p.piece = any (erased)
    )
  then
    return;
  end if;
  select f.* into v_family from sync.families as f
  where event.type = any (f.events) or event.type = any (f.delete_events);
  refused := v_family.name is null or event.error is not null
    or sync.belongs_to(v_family, event.data, erased);
  if refused then
    body := '{}';
    return;
  end if;
  select
    sync.blank(jsonb_object_agg(
      f.key, case when f.key = 'data' then f.value else sync.empty_named(f.value, erased) end
    ), erased)::text
  into body
  from jsonb_each((sync.parse_object(body)).value) as f;
  event.data := sync.blank(event.data, erased);
end
$$;

comment on function sync.leave_out_erased(text[], sync.event, text)
is 'Take out of an event what was erased: the names of an event of others, or all of it.';
revoke all on function sync.leave_out_erased(text[], sync.event, text) from public;
