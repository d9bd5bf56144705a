-- Tell whether an API key is known to be of the environment that is mirrored, or note that it is.
-- Flow: asked before the first read of WorkOS in a process; accepted is what the caller found out.
-- Runs as: orgscope_definer, definer.
-- Raises: nothing.
-- Why: a key of another environment would make the mirror that of another environment. A key that
--      was once seen to be right stays right, also when what it was seen by is deleted. An empty
--      mirror has nothing to contradict.
set local role orgscope_definer;

create or replace function sync.accept_key(digest bytea, accepted boolean default false)
returns boolean
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
begin
  if exists (select from sync.api_keys as k where k.digest = accept_key.digest) then
    return true;
  elsif accepted or not (
    exists (select from workos.users as u where u.raw is not null)
    or exists (select from workos.organizations as o where o.raw is not null)
  ) then
    insert into sync.api_keys (digest) values (accept_key.digest)
    on conflict on constraint api_keys_pkey do nothing;
    return true;
  end if;
  return false;
end
$$;

comment on function sync.accept_key(bytea, boolean)
is 'Tell whether an API key is known to be of the environment that is mirrored.';
revoke all on function sync.accept_key(bytea, boolean) from public;
grant execute on function sync.accept_key(bytea, boolean) to orgscope_sync;
