-- Return the columns by which the policies for requests tell tenants and people apart.
--      (relation, attnum, name)
-- Flow: read by tenant_references, global_keys and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: what tells them apart for administrators only is none of a tenant's.
-- uses: policies, tenant_columns
select distinct t.relation, t.attnum, t.name
from tenant_columns as t
inner join policies as p on t.policy = p.oid and p.is_for_requests
