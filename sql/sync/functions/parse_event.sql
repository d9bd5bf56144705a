-- Take the body of an event apart.
-- Flow: step 1 of sync.receive_event; sync.retry_event does it again.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS101 when the body is not a JSON object.
-- Why: jsonb cannot hold U+0000 nor half a surrogate pair: they become U+FFFD in what is applied, and
--      the row says so; the inbox keeps the text. Only what jsonb refused is looked through.
set local role orgscope_definer;

create or replace function sync.parse_event(
  body text,
  out id text,
  out type text,
  out data jsonb,
  out change sync.change
)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_event jsonb;
  v_lossy boolean := false;
begin
  begin
    v_event := body::jsonb;
  exception when data_exception then
    v_event := sync.replace_unstorable(body)::jsonb;
    v_lossy := true;
  end;
  if (jsonb_typeof(v_event) = 'object') is not true then
    raise exception data_exception;
  end if;
  id := case
    when jsonb_typeof(v_event -> 'id') = 'string' and length(v_event ->> 'id') between 1 and 255
      then v_event ->> 'id'
    else 'sha256:' || encode(sha256(convert_to(body, 'UTF8')), 'hex')
  end;
  type := coalesce(v_event ->> 'event', '');
  data := v_event -> 'data';
  change := (id, workos.timestamp_v1(v_event ->> 'created_at'), null, null, v_lossy);
exception when data_exception or statement_too_complex then
  raise exception using
    errcode = 'WS101',
    message = 'the body of the event is not a JSON object',
    hint = 'Pass the body exactly as WorkOS sent it.';
end
$$;

comment on function sync.parse_event(text) is 'Take the body of an event apart.';
revoke all on function sync.parse_event(text) from public;
