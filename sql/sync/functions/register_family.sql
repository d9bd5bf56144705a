-- Register an object family of the mirror, or change what was registered.
-- Flow: each upsert_<family>.sql ends with it; sync.apply_event finds the family by its events, the
--       feed asks for them, and backfill and reconcile read by its paths.
-- Runs as: orgscope_definer, definer: the owner, under forced row security, may not write rows.
-- Raises: 42883, 42P01 when the function or the table does not exist; 23505 for an event that
--         another family has.
-- Why: no central list of families: a new one is a revision, one upsert file and one policies file.
--      The feed has read past events that it did not ask for, so new ones call for a repair.
set local role orgscope_definer;

create or replace function sync.register_family(
  name text,
  relation regclass,
  upsert regprocedure,
  events text[],
  delete_events text[] default '{}',
  parents jsonb default '{}',
  list_paths text[] default '{}',
  list_parent text default null,
  get_paths text[] default '{}',
  embeds jsonb default '{}'
)
returns void
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if exists (
    select from sync.families as f
    where f.name <> register_family.name
      and (f.events || f.delete_events) && (register_family.events || register_family.delete_events)
  ) then
    raise exception using
      errcode = 'unique_violation', message = 'another family has one of these events';
  end if;
  update sync.feeds as f set resync_since = now()
  where f.resync_since is null
    and not (register_family.events || register_family.delete_events) <@ sync.event_names();
  insert into sync.families as f (
    name, relation, upsert, events, delete_events, parents, list_paths, list_parent, get_paths,
    embeds
  )
  select
    register_family.name,
    format('%I.%I', rn.nspname, c.relname), format('%I.%I', pn.nspname, p.proname),
    register_family.events, register_family.delete_events, register_family.parents,
    register_family.list_paths, register_family.list_parent, register_family.get_paths,
    register_family.embeds
  from pg_class as c
  inner join pg_namespace as rn on c.relnamespace = rn.oid
  cross join pg_proc as p
  inner join pg_namespace as pn on p.pronamespace = pn.oid
  where c.oid = register_family.relation and p.oid = register_family.upsert
  on conflict on constraint families_pkey do update
    set relation = excluded.relation, upsert = excluded.upsert, events = excluded.events,
        delete_events = excluded.delete_events, parents = excluded.parents,
        list_paths = excluded.list_paths, list_parent = excluded.list_parent,
        get_paths = excluded.get_paths, embeds = excluded.embeds;
end
$$;

comment on function sync.register_family(
  text, regclass, regprocedure, text[], text[], jsonb, text[], text, text[], jsonb
)
is 'Register an object family of the mirror.';
revoke all on function sync.register_family(
  text, regclass, regprocedure, text[], text[], jsonb, text[], text, text[], jsonb
) from public;
grant execute on function sync.register_family(
  text, regclass, regprocedure, text[], text[], jsonb, text[], text, text[], jsonb
) to orgscope_owner;
