-- A policy lets requests write rows that it would not let them reach.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: WITH CHECK decides what a row may become. A column by which tenants are told apart must be
--      in it: each of its own USING, and at least one of the table. Where there is no WITH CHECK,
--      USING takes its place. A restrictive policy may do it instead, and a column that requests
--      may not write needs none. Conditions that are always true are 0006.
-- Level: error
-- Category: security
-- uses: policies, truths, tenant_columns, request_roles
with written as (
  select p.*, w.verb
  from policies as p
  inner join (values ('INSERT', 'insert'), ('UPDATE', 'update')) as w (verb, command)
    on p.command in (w.command, 'all')
  inner join truths as t on p.oid = t.policy and t.clause = 'check' and t.truth is null
  where p.is_permissive and p.is_for_requests
),

scoped as (
  select distinct t.relation, t.attnum, t.name
  from tenant_columns as t
  inner join policies as p on t.policy = p.oid and p.is_for_requests
),

dropped as (
  select w.oid, s.name, w.verb, w.verb = 'UPDATE' and exists (
    select from tenant_columns as t
    where t.policy = w.oid and t.clause = 'using' and t.attnum = s.attnum
  ) as is_in_using
  from written as w
  inner join scoped as s on w.relation = s.relation
  where exists (
    select from request_roles as q
    where has_column_privilege(q.oid, w.relation, s.attnum::smallint, w.verb)
  ) and not exists (
    select from tenant_columns as t
    inner join policies as p on t.policy = p.oid
    where t.relation = w.relation and t.clause = 'check' and t.attnum = s.attnum
      and (p.oid = w.oid
           or not p.is_permissive and p.is_for_requests and p.command in (lower(w.verb), 'all'))
  )
)

select
  'policy' as kind, p.identity,
  format(
    'A request may %s rows with any %s: WITH CHECK does not compare it with a claim.',
    lower(string_agg(distinct d.verb, ' and ')), string_agg(distinct d.name, ', ' order by d.name)
  ) as detail,
  case
    when bool_and(d.is_in_using) and p.check_text is not null then format(
      'alter policy %s with check ((%s) and (%s));', p.target, p.check_text, p.using_text
    )
    else ''
  end as fix
from policies as p
inner join dropped as d on p.oid = d.oid
where d.is_in_using or not exists (
  select from tenant_columns as t where t.policy = p.oid and t.clause = 'check'
) and not exists (
  select from tenant_columns as t
  inner join policies as r on t.policy = r.oid and not r.is_permissive and r.is_for_requests
  where t.relation = p.relation and t.clause = 'check' and r.command in (lower(d.verb), 'all')
)
group by p.identity, p.target, p.check_text, p.using_text
