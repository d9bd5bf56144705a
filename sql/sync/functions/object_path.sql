-- Return where WorkOS shows an object of the mirror, or else the list in which it is.
-- Flow: the worker and a reconcile ask here before they ask WorkOS.
-- Runs as: orgscope_definer, definer.
-- Raises: WS203 for a family that is not registered.
-- Why: the families know their paths. What has no path of its own, such as a member of a group, is
--      found in the list of its parent; what has neither cannot be read again. The parent goes
--      with both: an object that is read below it, such as a role, does not say whose it is. A path
--      without the id, such as that of a permission by its slug, may show another object in its
--      place: expected_id is what tells. What the mirror does not have yet is below the parent that
--      its key begins with (ADR 15).
-- Example: select * from sync.object_path('user', 'user_01…');
set local role orgscope_definer;

create or replace function sync.object_path(
  family text,
  object_id text,
  out get_path text,
  out list_path text,
  out parent_column text,
  out parent_id text,
  out expected_id text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_family sync.families;
  v_parent sync.families;
  v_raw jsonb;
  v_fields jsonb;
  v_parent_fields jsonb;
begin
  select f.* into v_family from sync.families as f where f.name = object_path.family;
  if v_family.name is null then
    raise exception using
      errcode = 'WS203', message = 'there is no such family',
      hint = 'See sync.families for their names.';
  end if;
  execute format('select t.raw from %s as t where t.id = $1', v_family.relation)
  into v_raw using object_id;
  v_fields := jsonb_build_object('id', object_id) || coalesce(v_raw, '{}');
  select p.key into parent_column from jsonb_each_text(v_family.parents) as p
  where p.value = v_family.list_parent;
  parent_id := v_fields ->> parent_column;
  if v_raw is null and parent_column is not null and strpos(object_id, ':') > 0 then
    parent_id := split_part(object_id, ':', 1);
  end if;
  select
    sync.fill_path(p.path, v_fields),
    case when strpos(p.path, '{id}') = 0 and v_raw ->> 'id' = object_id then object_id end
  into get_path, expected_id
  from unnest(v_family.get_paths) with ordinality as p (path, place)
  where sync.fill_path(p.path, v_fields) is not null
  order by p.place limit 1;
  if get_path is not null or v_family.list_parent is null then
    return;
  end if;
  select f.* into v_parent from sync.families as f where f.name = v_family.list_parent;
  execute format('select t.raw from %s as t where t.id = $1', v_parent.relation)
  into v_parent_fields using parent_id;
  list_path := sync.fill_path(
    v_family.list_paths[1], coalesce(v_parent_fields, '{}') || jsonb_build_object('id', parent_id)
  );
end
$$;

comment on function sync.object_path(text, text)
is 'Return where WorkOS shows an object of the mirror, or else the list in which it is.';
revoke all on function sync.object_path(text, text) from public;
grant execute on function sync.object_path(text, text) to orgscope_sync;
