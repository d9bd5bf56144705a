-- Return a payload with null for each field that the columns of its mirror table cannot read.
-- Flow: called by sync.make_version for a payload that is lossy, or that failed as it was.
-- Runs as: orgscope_definer, invoker.
-- Raises: what sync.is_retryable says is the database's.
-- Why: a field that decides nothing must not keep back a change that takes access away. Each field
--      is tried alone on the table's own generated columns, so that no list of fields has to
--      follow them. What decides stays as it is, and fails loudly. An index holds about 2700 bytes.
set local role orgscope_definer;

create or replace function sync.keep_readable(relation regclass, payload jsonb)
returns jsonb
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
declare
  v_most_bytes constant integer := 2000;
  v_deciding constant text[] := array[
    'id', 'updated_at', 'status', 'role', 'roles', 'slug', 'permissions'
  ] || array(
    select jsonb_object_keys(f.parents) from sync.families as f
    where to_regclass(f.relation) = keep_readable.relation
  );
  v_query text;
  v_indexed boolean[];
  v_values text[];
  v_field record;
begin
  select
    format(
      'select array[%s] from jsonb_populate_record(null::%s, jsonb_build_object(''raw'', $1))',
      string_agg(format('(%s)::text', pg_get_expr(d.adbin, d.adrelid)), ', ' order by a.attnum),
      keep_readable.relation
    ),
    array_agg(exists (
      select from pg_index as i where i.indrelid = a.attrelid and a.attnum = any (i.indkey)
    ) order by a.attnum)
  into v_query, v_indexed
  from pg_attribute as a
  inner join pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
  where a.attrelid = keep_readable.relation and a.attgenerated = 's';

  for v_field in
    select
      e.key, jsonb_build_object(e.key, e.value) as alone, jsonb_build_object(e.key, null) as nulled
    from jsonb_each(payload) as e where e.key <> all (v_deciding)
  loop
    begin
      execute v_query into strict v_values using v_field.alone;
      if exists (
        select from unnest(v_values, v_indexed) as u (value, indexed)
        where u.indexed and octet_length(u.value) > v_most_bytes
      ) then
        payload := payload || v_field.nulled;
      end if;
    exception when others then
      if sync.is_retryable(sqlstate) then
        raise;
      end if;
      payload := payload || v_field.nulled;
    end;
  end loop;
  return payload;
end
$$;

comment on function sync.keep_readable(regclass, jsonb)
is 'Return a payload with null for each field that its mirror table cannot read.';
revoke all on function sync.keep_readable(regclass, jsonb) from public;
