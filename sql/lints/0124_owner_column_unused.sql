-- A column says whose the row is, and no policy of the table asks it.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: everybody of the tenant then reaches everybody's rows, which may be meant. The columns are
--      owner, owner_id, user_id, and those by whose name the policies of other tables tell people
--      apart; not the table's own key. A person's row needs no tenant, so a tenant's name is none.
-- Level: info
-- Category: security
-- uses: relations, policies, privileges, nodes, tenant_columns
with names as (
  select t.name
  from tenant_columns as t
  inner join policies as p on t.policy = p.oid and p.is_for_requests
  where t.name !~ '^id$|tenant|org|account|workspace|company|customer'
  union
  values ('owner'), ('owner_id'), ('user_id')
),

asked as (
  select distinct p.relation, n.own_column as attnum
  from policies as p
  inner join nodes as n on p.oid = n.object and n.clause <> 'body' and n.own_column is not null
),

shown as (
  select distinct p.relation
  from policies as p
  inner join privileges as h on p.relation = h.relation
  inner join asked as a on p.relation = a.relation
  where p.is_permissive and p.is_for_requests
)

select
  'column' as kind, format('%s.%I', r.identity, a.attname) as identity,
  'It says whose the row is, and no policy of the table asks it: is the row everybody''s?'
    as detail, '' as fix
from relations as r
inner join shown as s on r.oid = s.relation
inner join pg_catalog.pg_attribute as a
  on r.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
inner join names as n on a.attname = n.name
left join asked as q on r.oid = q.relation and q.attnum in (a.attnum, 0)
where r.has_row_security and q.relation is null and not exists (
  select from pg_catalog.pg_constraint as k
  where k.conrelid = r.oid and k.contype = 'p' and k.conkey = array[a.attnum]
)
