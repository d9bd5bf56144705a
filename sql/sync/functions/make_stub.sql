-- Make a stub of a user or an organization that the mirror does not have, and tell whether one was.
-- Flow: called by sync.put_stub, and by sync.merge_known, which needs a row to hold.
-- Runs as: orgscope_definer, invoker.
-- Raises: 22023 for any other family; WS201 when the id is no string of 1 to 255 characters.
-- Why: a stub says that there is somebody, and nothing else of them. Of what gives access, such as
--      a membership, there is never one.
set local role orgscope_definer;

create or replace function sync.make_stub(family text, object_id text)
returns boolean
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_id constant text := sync.object_id(jsonb_build_object('id', object_id));
  v_made integer;
begin
  if (family in ('user', 'organization')) is not true then
    raise exception using
      errcode = 'invalid_parameter_value',
      message = 'only a user or an organization may be known in part',
      hint = 'Read the whole object from WorkOS.';
  end if;
  execute (
    select format(
      'insert into %s (id, origin) values ($1, ''stub'') on conflict (id) do nothing', f.relation
    )
    from sync.families as f where f.name = make_stub.family
  ) using v_id;
  get diagnostics v_made = row_count;
  return v_made > 0;
end
$$;

comment on function sync.make_stub(text, text)
is 'Make a stub of a user or an organization that the mirror does not have.';
revoke all on function sync.make_stub(text, text) from public;
