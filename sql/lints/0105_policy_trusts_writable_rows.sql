-- A policy decides by rows that requests can write to their liking.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: whoever may add a membership of any organization is a member of every one. An error where
--      the other table has no row security; a warning where it has, and the column that stands for
--      this row's is in no WITH CHECK of a policy by which requests write. A column that is unique
--      by itself names rows that are there already, so writing one more opens nothing.
-- Level: error
-- Category: security
-- uses: policies, relations, privileges, reached, relays, tenant_columns, request_roles, truths
with open as (
  select r.oid, r.identity, string_agg(distinct h.privilege, ', ' order by h.privilege) as what
  from relations as r
  inner join privileges as h
    on r.oid = h.relation and h.privilege in ('insert', 'update', 'delete')
  where r.kind = 'table' and not r.has_row_security
  group by r.oid, r.identity
),

pinned as (
  select p.relation, t.attnum, c.command
  from policies as p
  inner join tenant_columns as t on p.oid = t.policy and t.clause = 'check'
  inner join (values ('insert'), ('update')) as c (command) on p.command in (c.command, 'all')
  where not p.is_permissive and p.is_for_requests
),

relayed as (
  select distinct r.relation, r.attnum from relays as r
),

written as (
  select distinct p.relation, y.attnum, c.command
  from policies as p
  inner join relayed as y on p.relation = y.relation
  inner join (values ('insert'), ('update')) as c (command) on p.command in (c.command, 'all')
  inner join truths as b on p.oid = b.policy and b.clause = 'check' and b.truth is not false
  left join tenant_columns as t on p.oid = t.policy and y.attnum = t.attnum and t.clause = 'check'
  left join pinned as n
    on y.relation = n.relation and y.attnum = n.attnum and c.command = n.command
  where p.is_permissive and p.is_for_requests and t.policy is null and n.relation is null
    and exists (
      select from request_roles as q
      where has_column_privilege(q.oid, y.relation, y.attnum::smallint, c.command)
    )
),

found as (
  select r.policy, true as is_open, o.identity, o.what
  from reached as r
  inner join open as o on r.object = o.oid and r.class = 'pg_class'::regclass
  union
  select y.policy, false, format('%s.%I', r.identity, a.attname), w.command
  from relays as y
  inner join written as w on y.relation = w.relation and y.attnum = w.attnum
  inner join relations as r on y.relation = r.oid and r.has_row_security
  inner join pg_catalog.pg_attribute as a on y.relation = a.attrelid and y.attnum = a.attnum
  where not exists (
    select from pg_catalog.pg_index as i
    where i.indrelid = y.relation and i.indisunique and i.indpred is null and i.indnkeyatts = 1
      and i.indkey[0] = y.attnum
  )
)

select
  'policy' as kind, p.identity,
  'It decides by ' || string_agg(
    case
      when f.is_open then f.identity || ', which has no row security and requests may ' || f.what
      else f.identity || ', which requests may ' || f.what || ' with any value'
    end, '; and by ' order by f.identity, f.what
  ) || '.' as detail,
  '' as fix, case when bool_or(f.is_open) then 'error' else 'warning' end as level
from policies as p
inner join found as f on p.oid = f.policy
where p.is_permissive and p.is_for_requests
group by p.identity
