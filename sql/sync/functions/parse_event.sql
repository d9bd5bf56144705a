-- Take the body of an event apart.
-- Flow: step 1 of sync.receive_event; sync.retry_event does it again.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS101 when the body is not a JSON object.
-- Why: only that is refused. An object that jsonb cannot hold has its reason in error, so that the
--      event can be stored, by the id that json reads. An event without a usable id gets one from
--      its body; a time that cannot be read is as good as none, for it must not keep the event from
--      being applied. Whether it deletes is what its family says: sync.apply_event.
set local role orgscope_definer;

create or replace function sync.parse_event(body text, source text)
returns sync.event
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parsed constant record := sync.parse_object(body);
  v_envelope constant jsonb := case
    when v_parsed.error is null then v_parsed.value else sync.read_envelope(body)
  end;
  v_event sync.event;
  v_occurred_at timestamptz;
begin
  v_event.id := case
    when jsonb_typeof(v_envelope -> 'id') = 'string' and length(v_envelope ->> 'id') between 1 and 255
      then v_envelope ->> 'id'
    else 'sha256:' || encode(sha256(convert_to(body, 'UTF8')), 'hex')
  end;
  v_event.type := case
    when jsonb_typeof(v_envelope -> 'event') = 'string' then v_envelope ->> 'event' else ''
  end;
  v_event.data := v_envelope -> 'data';
  v_event.error := v_parsed.error;
  begin
    v_occurred_at := workos.timestamp_v1(v_envelope ->> 'created_at');
  exception when sqlstate 'WS201' or data_exception then
    v_occurred_at := null;
  end;
  v_event.change := (v_event.id, v_occurred_at, source, false, v_parsed.lossy, null);
  return v_event;
end
$$;

comment on function sync.parse_event(text, text) is 'Take the body of an event apart.';
revoke all on function sync.parse_event(text, text) from public;
