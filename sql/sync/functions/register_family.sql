-- Register an object family of the mirror, or change what was registered.
-- Flow: each upsert_<family>.sql ends with it; sync.apply_event finds the family by its events.
-- Runs as: orgscope_definer, definer: the owner, under forced row security, may not write rows.
-- Raises: 42883, 42P01 when the function or the table does not exist.
-- Why: no central list of families: a new one is a revision, one upsert file and one policies file.
set local role orgscope_definer;

create or replace function sync.register_family(
  name text,
  event_prefix text,
  relation regclass,
  upsert regprocedure,
  parents jsonb default '{}'
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  insert into sync.families as f (name, event_prefix, relation, upsert, parents)
  select
    register_family.name, register_family.event_prefix,
    format('%I.%I', rn.nspname, c.relname), format('%I.%I', pn.nspname, p.proname),
    register_family.parents
  from pg_class as c
  inner join pg_namespace as rn on c.relnamespace = rn.oid
  cross join pg_proc as p
  inner join pg_namespace as pn on p.pronamespace = pn.oid
  where c.oid = register_family.relation and p.oid = register_family.upsert
  on conflict on constraint families_pkey do update
    set event_prefix = excluded.event_prefix, relation = excluded.relation,
        upsert = excluded.upsert, parents = excluded.parents;
end
$$;

comment on function sync.register_family(text, text, regclass, regprocedure, jsonb)
is 'Register an object family of the mirror.';
revoke all on function sync.register_family(text, text, regclass, regprocedure, jsonb) from public;
grant execute on function sync.register_family(text, text, regclass, regprocedure, jsonb)
to orgscope_owner;
