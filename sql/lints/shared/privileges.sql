-- Return what requests may do with each relation.
--      (relation, role, role_name, privilege, is_whole): one row for each role and privilege, not
--      whole when only on some columns.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: has_…_privilege knows grants to PUBLIC, memberships that are inherited, and the owner.
--      Without USAGE of the schema nobody can name what is in it.
-- uses: relations, request_roles
select
  r.oid as relation, q.oid as role, q.name as role_name, lower(k.privilege) as privilege,
  has_table_privilege(q.oid, r.oid, k.privilege) as is_whole
from relations as r
inner join pg_catalog.pg_class as c on r.oid = c.oid
cross join request_roles as q
inner join (values
  ('SELECT', true, 0), ('INSERT', true, 0), ('UPDATE', true, 0), ('DELETE', false, 0),
  ('TRUNCATE', false, 0), ('REFERENCES', true, 0), ('TRIGGER', false, 0), ('MAINTAIN', false, 17)
) as k (privilege, has_columns, since)
  on current_setting('server_version_num')::integer >= k.since * 10000
where has_schema_privilege(q.oid, c.relnamespace, 'USAGE')
  and case
    when has_table_privilege(q.oid, r.oid, k.privilege) then true
    when k.has_columns and exists (
      select from pg_catalog.pg_attribute as a where a.attrelid = r.oid and a.attacl is not null
    ) then has_any_column_privilege(q.oid, r.oid, k.privilege)
    else false
  end
