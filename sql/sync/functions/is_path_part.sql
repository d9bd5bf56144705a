-- Tell whether a text may become part of a path of the WorkOS API.
-- Flow: called by sync.fill_path and sync.add_lists.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: an id becomes part of a URL, so what has more than letters, digits, and - . _ : is no id. It
--      is SQL, so that PostgreSQL puts it into the query of a hundred thousand ids.
set local role orgscope_definer;

create or replace function sync.is_path_part(value text)
returns boolean
language sql
immutable
begin atomic
select value ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,254}$';
end;

comment on function sync.is_path_part(text)
is 'Tell whether a text may become part of a path of the WorkOS API.';
revoke all on function sync.is_path_part(text) from public;
