-- No index begins with a column by which policies look for rows.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: of several columns that a policy joins with and one index is enough. A partial index counts
--      when the policy has its predicate in it.
-- Level: warning
-- Category: performance
-- uses: relations, policies, searches, indexes
with compared as (
  select
    s.relation, s.policy, s.attnum, s.name, count(i.oid) > 0 as is_indexed
  from searches as s
  inner join policies as p on s.policy = p.oid
  left join indexes as i
    on s.relation = i.relation and s.attnum = i.keys[1] and i.is_valid
    and (i.predicate is null or strpos(p.using_text, i.predicate) > 0)
  where s.is_bare
  group by s.relation, s.policy, s.attnum, s.name
),

missing as (
  select
    c.relation, c.policy, c.attnum, c.name,
    count(*) over (partition by c.relation, c.attnum) as uses,
    bool_or(c.is_indexed) over (partition by c.relation, c.policy) as is_served
  from compared as c
),

-- The column that most of its policies look by, for each policy that no index serves.
chosen as (
  select distinct on (m.relation, m.policy) m.relation, m.policy, m.name
  from missing as m
  where not m.is_served
  order by m.relation asc, m.policy asc, m.uses desc, m.attnum asc
)

select
  r.kind, r.identity,
  format(
    'No index begins with %s, by which the policies %s look for rows: each of their queries reads '
    'the table of all tenants.',
    string_agg(distinct c.name, ', ' order by c.name), string_agg(p.name, ', ' order by p.name)
  ) as detail,
  string_agg(
    distinct format('create index on %s (%I);', r.identity, c.name), ' '
    order by format('create index on %s (%I);', r.identity, c.name)
  ) as fix
from relations as r
inner join chosen as c on r.oid = c.relation
inner join policies as p on c.policy = p.oid
where r.kind = 'table'
group by r.kind, r.identity
