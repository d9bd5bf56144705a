-- Take back all that a table's policies file gives: policies, and every privilege of others.
-- Flow: the first statement of each policies/<schema>/<table>.sql; policies and grants follow.
-- Runs as: the caller, which must own the table.
-- Raises: 42501 for another's table.
-- Why: a policy or grant that was deleted from the file or made by hand cannot linger; it all
--      happens in one transaction, so there is never a moment with more rows.

create or replace procedure authz.reset_policies(target regclass)
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  v_policy name;
  v_column name;
  v_role name;
begin
  -- First, because it asks who owns the table: a REVOKE by anybody else takes back less, silently.
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  for v_policy in select p.polname from pg_policy as p where p.polrelid = target loop
    execute format('drop policy %I on %s', v_policy, target);
  end loop;
  -- What a grantee granted on is only reached by a cascade from its own grant of the same kind;
  -- who granted columns by a grant on the table has none, and gets one for that.
  for v_column, v_role in
    select distinct t.attname, pg_get_userbyid(a.grantor)
    from pg_attribute as t
    inner join pg_class as c on t.attrelid = c.oid
    cross join lateral aclexplode(t.attacl) as a
    where c.oid = target and not t.attisdropped and a.grantor <> c.relowner
  loop
    execute format('grant all (%I) on %s to %I with grant option', v_column, target, v_role);
  end loop;
  -- A REVOKE from the table takes back what was granted on its columns, too.
  execute format('revoke all on %s from public', target);
  for v_role in
    select distinct pg_get_userbyid(a.grantee)
    from pg_class as c
    cross join lateral (
      select e.grantee from aclexplode(c.relacl) as e
      union
      select e.grantee
      from pg_attribute as t
      cross join lateral aclexplode(t.attacl) as e
      where t.attrelid = c.oid and not t.attisdropped
    ) as a
    where c.oid = target and a.grantee not in (0, c.relowner)
  loop
    execute format('revoke all on %s from %I cascade', target, v_role);
  end loop;
end
$$;

comment on procedure authz.reset_policies (regclass)
is 'Drop every policy of a table, revoke every privilege of others on it, and force row security.';
revoke all on procedure authz.reset_policies(regclass) from public;
grant execute on procedure authz.reset_policies(regclass) to orgscope_owner;
