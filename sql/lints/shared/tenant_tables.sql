-- Return the tables with policies whose rows are somebody's: (relation).
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: such a table has a column that is named as a tenant's, or by whose name policies tell
--      tenants and people apart (its own key aside), or a foreign key to a table where they do. Any
--      other one is the same for all.
-- uses: policies, tenant_scopes
select distinct p.relation
from policies as p
where exists (
  select from pg_catalog.pg_attribute as a
  left join tenant_scopes as s on a.attname = s.name and s.name <> 'id'
  where a.attrelid = p.relation and not a.attisdropped and (
    s.name is not null or a.attname ~ '^(tenant|org|organi[sz]ation|workspace)_?id$'
  ) and not exists (
    select from pg_catalog.pg_constraint as k
    where k.conrelid = p.relation and k.contype = 'p' and k.conkey = array[a.attnum]
  )
) or exists (
  select from pg_catalog.pg_constraint as k
  inner join tenant_scopes as s on k.confrelid = s.relation
  where k.conrelid = p.relation and k.contype = 'f'
)
