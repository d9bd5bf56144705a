-- Erase a person everywhere in the mirror and in what sync keeps, and report it by table.
-- Flow: orgscope erase, in a transaction of the admin login that gave a reason.
-- Runs as: orgscope_definer, definer.
-- Raises: WS301 without a context, WS321 for anybody else; WS205 when nobody here knows the id;
--         WS206 while something is on its way in; WS308 when the tombstone key is missing.
-- Why: sessions, memberships and invitations are theirs. The people of directories are others'
--      records of them, and WorkOS does not say who is who: with_email takes those that have their
--      address along. Nothing that comes later brings back what had an id.
-- Example: begin; select authz.begin_privileged('ticket 4711');
--          select * from sync.erase_user('user_01…'); commit;
set local role orgscope_definer;

create or replace function sync.erase_user(id text, with_email boolean default false)
returns setof sync.erasure
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_addresses text[];
  v_objects jsonb;
begin
  perform sync.begin_erasure(id, 'user');
  v_addresses := sync.addresses_of(id);
  v_objects := jsonb_build_object(
    'user', jsonb_build_array(id),
    'invitation', (
      select jsonb_agg(i.id) from workos.invitations as i
      where i.accepted_user_id = erase_user.id
        or i.accepted_user_id is null and lower(i.email) = any (v_addresses)
    ),
    'directory_user', (
      select jsonb_agg(d.id) from workos.directory_users as d
      where with_email and exists (
        select from string_to_table(lower(d.raw::text), '"') as p (piece)
        where p.piece = any (v_addresses)
      )
    )
  );
  return query select e.* from sync.erase_objects(jsonb_strip_nulls(v_objects), v_addresses) as e;
end
$$;

comment on function sync.erase_user(text, boolean)
is 'Erase a person everywhere in the mirror and in what sync keeps, and report it by table.';
revoke all on function sync.erase_user(text, boolean) from public;
grant execute on function sync.erase_user(text, boolean) to orgscope_admin;
