-- Erase an organization with everything that belongs to it, and report it by table.
-- Flow: orgscope erase --organization, in a transaction of the admin login that gave a reason.
-- Runs as: orgscope_definer, definer.
-- Raises: WS301 without a context, WS321 for anybody else; WS205 when nobody here knows the id;
--         WS206 while something is on its way in; WS308 when the tombstone key is missing.
-- Why: its members are people of their own, and stay; so do their sessions, which no longer say
--      where they were opened. A project's rows stay, and no context reaches them any more.
set local role orgscope_definer;

create or replace function sync.erase_organization(id text)
returns setof sync.erasure
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  perform sync.begin_erasure(id, 'org');
  return query
  select e.* from sync.erase_objects(
    jsonb_build_object('organization', jsonb_build_array(id)), '{}'
  ) as e;
end
$$;

comment on function sync.erase_organization(text)
is 'Erase an organization with everything that belongs to it, and report it by table.';
revoke all on function sync.erase_organization(text) from public;
grant execute on function sync.erase_organization(text) to orgscope_admin;
