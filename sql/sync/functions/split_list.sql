-- Take the objects of a list apart, and return each as text.
-- Flow: called by sync.receive_page for events, and by sync.parse_list for objects. objects is the
--       text of data, the array in the body of the API's answer.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS101 when the text is no array.
-- Why: json, unlike jsonb, keeps the text: numbers, escapes and the order of keys stay what WorkOS
--      sent, also where jsonb could not hold them. It is the array and not the whole body, because
--      the operators that would take it out read every escape in it. What is nested deeper than
--      PostgreSQL reads is taken apart all the same, so that it is one object that fails.
set local role orgscope_definer;

create or replace function sync.split_list(objects text)
returns setof text
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  begin
    return query select e::text from json_array_elements(objects::json) as e;
  exception when program_limit_exceeded then
    return query select m from sync.split_members(objects) as m;
    if not found then
      raise exception data_exception;
    end if;
  end;
exception when data_exception then
  raise exception using
    errcode = 'WS101',
    message = 'the objects of the page are no JSON array',
    hint = 'Pass data of the body exactly as WorkOS sent it.';
end
$$;

comment on function sync.split_list(text)
is 'Take the objects of a list apart, and return each as text.';
revoke all on function sync.split_list(text) from public;
