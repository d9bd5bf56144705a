-- Let a stub stand for a person or an organization of whom only a verified token has told so far.
-- Flow: called by orgscope.sync where WorkOS is away and the mirror has nothing; the refetch that
--       is queued here fills it. Returns applied, stale (there is a row), or ignored.
-- Runs as: orgscope_definer, definer.
-- Raises: 22023 for any other family; WS201 when the id is no string of 1 to 255 characters.
-- Why: a sign-in does not wait for WorkOS. A stub gives no access: authz.begin asks for a
--      membership, or for the whole person. Who was deleted or erased stays so: ignored.
-- Example: select sync.put_stub('user', 'user_01…');
set local role orgscope_definer;

create or replace function sync.put_stub(family text, object_id text)
returns text
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_made boolean;
  v_is_stub boolean;
  v_is_dead boolean;
begin
  if cardinality(sync.erased_in(object_id)) > 0 then
    return 'ignored';
  end if;
  v_made := sync.make_stub(family, object_id);
  execute (
    select format(
      'select t.raw is null, t.deleted_at is not null from %s as t where t.id = $1', f.relation
    )
    from sync.families as f where f.name = put_stub.family
  ) into strict v_is_stub, v_is_dead using object_id;
  if v_is_dead then
    return 'ignored';
  elsif v_is_stub then
    perform sync.add_task('refetch', concat_ws(':', family, object_id), interval '1 minute');
  end if;
  return case when v_made then 'applied' else 'stale' end;
end
$$;

comment on function sync.put_stub(text, text)
is 'Let a stub stand for a person or an organization of whom only a token has told so far.';
revoke all on function sync.put_stub(text, text) from public;
grant execute on function sync.put_stub(text, text) to orgscope_sync;
