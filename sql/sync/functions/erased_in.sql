-- Return the erased ids that texts of JSON name, and let no erasure begin before this commits.
-- Flow: called by everything that brings objects in, before it keeps anything of them.
-- Runs as: orgscope_definer, invoker.
-- Raises: WS308 when the tombstone key is missing while tombstones exist.
-- Why: what was let in is there for the erasure to find, and what comes later finds the tombstone.
--      The lock conflicts with that of sync.begin_erasure only, and costs next to nothing.
--      What is written with escapes is looked up without them.
set local role orgscope_definer;

create or replace function sync.erased_in(variadic texts text[])
returns text[]
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
begin
  lock table sync.families in row share mode;
  return authz.erased_in(
    texts || array(select unnest(sync.escaped_strings(t.whole)) from unnest(texts) as t (whole))
  );
end
$$;

comment on function sync.erased_in(text[])
is 'Return the erased ids that texts of JSON name, and let no erasure begin before this commits.';
revoke all on function sync.erased_in(text[]) from public;
