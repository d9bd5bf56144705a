-- Take names out of the objects of others, now and in their history, and report it.
-- Flow: called by sync.erase_objects, after the objects that had these names are gone.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: an invitation names who sent it, a session where it was opened, and metadata may name
--      anybody. It is no new version: the same is done to every event and read that comes later.
--      What the mirror loses by that is not for its history.
set local role orgscope_definer;

create or replace function sync.blank_objects(names text[])
returns setof sync.erasure
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_step sync.erasure := ('sync.history', 'blanked', 0);
begin
  update sync.history as h set raw = sync.blank(h.raw, names)
  where exists (
    select from string_to_table(h.raw::text, '"') as p (piece) where p.piece = any (names)
  );
  get diagnostics v_step.number = row_count;
  return next v_step;
  for v_step.relation in
    select f.relation from sync.families as f where to_regclass(f.relation) is not null
    order by f.name
  loop
    execute format(
      'update %s as t set raw = sync.blank(t.raw, $1)
       where exists (
         select from string_to_table(t.raw::text, ''"'') as p (piece) where p.piece = any ($1)
       )', v_step.relation
    ) using names;
    get diagnostics v_step.number = row_count;
    if v_step.number > 0 then
      return next v_step;
    end if;
  end loop;
  delete from sync.history as h
  where exists (
    select from string_to_table(h.raw::text, '"') as p (piece) where p.piece = any (names)
  );
end
$$;

comment on function sync.blank_objects(text[])
is 'Take names out of the objects of others, now and in their history, and report it.';
revoke all on function sync.blank_objects(text[]) from public;
