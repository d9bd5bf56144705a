-- An update may hand a row to another tenant: no WITH CHECK holds the tenant's column.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the tenant's column is the only one that a SELECT policy compares. An update whose policies
--      compare another one, such as the owner's, moves own rows among the rows of any tenant. One
--      that compares no column, or drops the one of its own USING, is another lint. The SELECT
--      policies help only where a statement reads a column; `update t set org_id = …` does not.
-- Level: warning
-- Category: security
-- uses: policies, tenant_columns, request_roles
with alone as (
  -- What a policy shows rows by, if that is one column.
  select t.policy, t.relation, max(t.attnum) as attnum, max(t.name) as name
  from tenant_columns as t
  inner join policies as p
    on t.policy = p.oid and p.command in ('select', 'all') and p.is_permissive and p.is_for_requests
  where t.clause = 'using'
  group by t.policy, t.relation
  having count(*) = 1
),

pinned as (
  select t.relation, t.attnum
  from tenant_columns as t
  inner join policies as p
    on t.policy = p.oid and not p.is_permissive and p.is_for_requests
    and p.command in ('update', 'all')
  where t.clause = 'check'
)

select
  'policy' as kind, p.identity,
  format(
    'A request may update %s to any value: WITH CHECK compares other columns only, and %s shows '
    'rows by it.', quote_ident(a.name), string_agg(distinct s.name, ', ')
  ) as detail,
  '' as fix
from policies as p
inner join alone as a on p.relation = a.relation
inner join policies as s on a.policy = s.oid
where p.is_permissive and p.is_for_requests and p.command in ('update', 'all')
  and exists (select from tenant_columns as t where t.policy = p.oid and t.clause = 'check')
  and not exists (
    select from tenant_columns as t
    where t.policy = p.oid and t.clause in ('check', 'using') and t.attnum = a.attnum
  )
  and not exists (
    select from pinned as n where n.relation = a.relation and n.attnum = a.attnum
  )
  and exists (
    select from request_roles as q
    where has_column_privilege(q.oid, a.relation, a.attnum::smallint, 'UPDATE')
  )
group by p.identity, a.name
