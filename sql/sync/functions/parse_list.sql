-- Read the objects of a list, each with the parent that the list is about.
-- Flow: called by sync.apply_page. objects is the text of data, an array.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS101 when the text is no list, or holds what is no object.
-- Why: a page is read in one go. Only where jsonb cannot hold it, each object is read by itself;
--      one that PostgreSQL cannot read is null, which fails as one object when it is applied.
set local role orgscope_definer;

create or replace function sync.parse_list(
  objects text,
  parent_column text,
  parent_id text,
  out payloads jsonb[],
  out lossy boolean
)
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_parent constant jsonb := case
    when parent_column is null then '{}' else jsonb_build_object(parent_column, parent_id)
  end;
begin
  begin
    lossy := false;
    payloads := array(select e || v_parent from jsonb_array_elements(objects::jsonb) as e);
  exception when data_exception or program_limit_exceeded then
    select coalesce(array_agg(p.value || v_parent order by o.place), '{}'), bool_or(p.lossy)
    into payloads, lossy
    from sync.split_list(objects) with ordinality as o (text, place)
    cross join lateral sync.parse_object(o.text) as p;
  end;
  if exists (select from unnest(payloads) as p where jsonb_typeof(p) <> 'object') then
    raise exception using
      errcode = 'WS101', message = 'the list holds what is no object';
  end if;
end
$$;

comment on function sync.parse_list(text, text, text)
is 'Read the objects of a list, each with the parent that the list is about.';
revoke all on function sync.parse_list(text, text, text) from public;
