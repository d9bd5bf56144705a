-- Return the addresses that a person has or had, in small letters, unless somebody else has them.
-- Flow: called by sync.erase_user.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: an address may go to another person, whose it is then.
set local role orgscope_definer;

create or replace function sync.addresses_of(user_id text)
returns text[]
language plpgsql
stable
set search_path = pg_catalog, pg_temp
as $$
begin
  return array(
    select lower(a.email) as address
    from (
      select u.email from workos.users as u where u.id = user_id
      union
      select h.raw ->> 'email' from sync.history as h
      where h.family = 'user' and h.object_id = user_id
    ) as a
    where a.email <> ''
    except
    select lower(o.email) from workos.users as o
    where o.id <> user_id and o.deleted_at is null and o.email is not null
  );
end
$$;

comment on function sync.addresses_of(text)
is 'Return the addresses that a person has or had, unless somebody else has them.';
revoke all on function sync.addresses_of(text) from public;
