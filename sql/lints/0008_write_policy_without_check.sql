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
-- uses: policies, truths, tenant_columns, tenant_scopes, request_roles
with verbs (verb, command) as (
  values ('INSERT', 'insert'), ('UPDATE', 'update')
),

restricted as (
  select distinct p.relation, t.attnum, v.verb
  from policies as p
  inner join verbs as v on p.command in (v.command, 'all')
  inner join tenant_columns as t on p.oid = t.policy and t.clause = 'check'
  where not p.is_permissive and p.is_for_requests
),

compared as (
  select
    p.oid, v.verb, s.relation, s.attnum, s.name,
    v.verb = 'UPDATE' and coalesce(bool_or(t.clause = 'using'), false) as is_in_using,
    coalesce(bool_or(t.clause = 'check'), false) or r.attnum is not null as is_checked
  from policies as p
  inner join verbs as v on p.command in (v.command, 'all')
  inner join truths as c on p.oid = c.policy and c.clause = 'check' and c.truth is null
  inner join tenant_scopes as s on p.relation = s.relation
  left join tenant_columns as t on p.oid = t.policy and s.attnum = t.attnum
  left join restricted as r
    on s.relation = r.relation and s.attnum = r.attnum and v.verb = r.verb
  where p.is_permissive and p.is_for_requests
  group by p.oid, v.verb, s.relation, s.attnum, s.name, r.attnum
),

counted as (
  select c.*, bool_or(c.is_checked) over (partition by c.oid, c.verb) as is_any_checked
  from compared as c
)

select
  'policy' as kind, p.identity,
  format(
    'A request may %s rows with any %s: WITH CHECK does not compare it with a claim.',
    lower(string_agg(distinct c.verb, ' and ')), string_agg(distinct c.name, ', ' order by c.name)
  ) as detail,
  case
    when bool_and(c.is_in_using) and p.check_text is not null then format(
      'alter policy %s with check ((%s) and (%s));', p.target, p.check_text, p.using_text
    )
    else ''
  end as fix
from policies as p
inner join counted as c
  on p.oid = c.oid and not c.is_checked and (c.is_in_using or not c.is_any_checked)
where exists (
  select from request_roles as q
  where has_column_privilege(q.oid, c.relation, c.attnum::smallint, c.verb)
)
group by p.identity, p.target, p.check_text, p.using_text
