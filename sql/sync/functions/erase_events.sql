-- Erase the bodies of events that are of somebody, and take the names out of those of others.
-- Flow: the last step of sync.erase_objects. addresses are the person's own.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: the id of the event stays, so that it is known when it is sent again. An event that has an
--      address and names no id is the person's when it is about nobody else: of a family, that is
--      when it has no object that can be read, and else, when it names no user. Nothing comes in
--      meanwhile, so for a few names each body is searched before it is taken apart, which takes
--      thirty times as long; of many names, or with an escape in it, it is taken apart at once.
set local role orgscope_definer;

create or replace function sync.erase_events(ids text[], addresses text[])
returns setof sync.erasure
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_names constant text[] := ids || addresses;
  v_deleted bigint := 0;
  v_blanked bigint := 0;
  v_kept sync.inbox;
  v_left record;
  v_data jsonb;
begin
  for v_kept in
    select i.* from sync.inbox as i
    where i.status <> 'erased' and case
      when cardinality(v_names) < 20 and strpos(i.body, chr(92)) = 0 and not exists (
        select from unnest(v_names) as n (name) where strpos(lower(i.body), lower(n.name)) > 0
      ) then false
      else exists (
        select
        from unnest(string_to_array(i.body, '"') || sync.escaped_strings(i.body)) as p (piece)
        where p.piece = any (ids) or lower(p.piece) = any (addresses)
      )
    end
  loop
    v_left := sync.leave_out_erased(
      ids, sync.parse_event(v_kept.body, v_kept.source), v_kept.body
    );
    v_data := (v_left.event).data;
    if v_left.refused or v_left.body = v_kept.body and (
      case
        when v_kept.type = any (sync.event_names()) then v_data ->> 'id'
        else v_data ->> 'user_id'
      end
    ) is null then
      update sync.inbox as i set status = 'erased', body = '{}', error = null
      where i.id = v_kept.id;
      delete from sync.tasks as t where t.kind = 'event' and t.key = v_kept.id;
      v_deleted := v_deleted + 1;
    elsif v_left.body <> v_kept.body then
      update sync.inbox as i set body = v_left.body where i.id = v_kept.id;
      v_blanked := v_blanked + 1;
    end if;
  end loop;
  return query
  values ('sync.inbox', 'deleted', v_deleted), ('sync.inbox', 'blanked', v_blanked);
end
$$;

comment on function sync.erase_events(text[], text[])
is 'Erase the bodies of events that are of somebody, and take the names out of those of others.';
revoke all on function sync.erase_events(text[], text[]) from public;
