-- Drop every policy of a table, then enable and force row security on it.
-- Flow: the first statement of each policies/<schema>/<table>.sql; the policies follow.
-- Runs as: the caller, which must own the table.
-- Raises: 42501 for another's table.
-- Why: a policy that was renamed, deleted from the file or made by hand cannot linger; it all
--      happens in one transaction, so there is never a moment with more rows.

create or replace procedure authz.reset_policies(target regclass)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_policy name;
begin
  for v_policy in select p.polname from pg_policy as p where p.polrelid = target loop
    execute format('drop policy %I on %s', v_policy, target);
  end loop;
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
end
$$;

comment on procedure authz.reset_policies (regclass)
is 'Drop every policy of a table, then enable and force row security on it.';
revoke all on procedure authz.reset_policies(regclass) from public;
grant execute on procedure authz.reset_policies(regclass) to orgscope_owner;
