-- Tell whether the body of an event names an object, and an organization; null asks for none.
-- Flow: called by sync.list_events for each event that its other filters leave.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing for a body that the inbox has taken.
-- Why: an object is named by whatever is about it, such as a membership that names its user. A body
--      is read only where the text of the id is in it. One that jsonb cannot hold names nothing.
set local role orgscope_definer;

create or replace function sync.body_names(body text, object_id text, organization_id text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_data jsonb;
begin
  if strpos(body, coalesce(object_id, '')) = 0 or strpos(body, coalesce(organization_id, '')) = 0
  then
    return false;
  end if;
  v_data := (sync.parse_object(body)).value -> 'data';
  return coalesce((
    object_id is null
    or jsonb_path_exists(v_data, '$.** ? (@ == $id)', jsonb_build_object('id', object_id))
  ) and (
    organization_id is null
    or organization_id in (v_data ->> 'organization_id', v_data ->> 'id')
  ), false);
end
$$;

comment on function sync.body_names(text, text, text)
is 'Tell whether the body of an event names an object, and an organization.';
revoke all on function sync.body_names(text, text, text) from public;
