-- Return whether each branch of a policy's condition keeps rows to a tenant or a person.
--      (policy, clause, is_bound, has_comparison): as truths has it, each policy has the clauses of
--      its command.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a term binds that compares a column of the row with a claim; one that is never true lets no
--      row through; one that takes the tenant's column for null or for one value means certain
--      rows, which other lints name. One operand of an `and` is enough, of an `or` all must bind;
--      under a `not` it is the other way round, and a comparison binds nothing.
-- uses: policies, nodes, terms, comparisons
with recursive tenants as (
  select p.relation, c.attnum
  from comparisons as c
  inner join policies as p on c.policy = p.oid and p.is_for_requests
  group by p.relation, c.attnum
),

columns as (
  select n.tree, n.place, p.oid as policy, c.place is not null as is_compared,
    t.attnum is not null as is_tenant
  from nodes as n
  inner join policies as p on n.object = p.oid
  left join tenants as t on p.relation = t.relation and n.own_column = t.attnum
  left join comparisons as c on n.tree = c.tree and n.place = c.place
  where n.clause <> 'body' and n.own_column is not null
),

leaves as (
  select
    t.tree, t.place, t.ends, t.policy, t.clause, coalesce(bool_or(c.is_compared), false)
      as has_comparison,
    case
      when t.node = 'BOOLEXPR' and t.variant = 'not' then '!('
      when t.node = 'BOOLEXPR' then
        case when (t.variant = 'and') <> t.is_negated then '&(' else '|(' end
      when t.node = 'CONST' and (t.constant = t.is_negated::text or t.constant is null) then 't'
      when t.is_negated then 'f'
      when bool_or(c.is_compared) then 't'
      when count(c.place) = 1 and bool_and(c.is_tenant)
        and (t.node in ('OPEXPR', 'SCALARARRAYOPEXPR') and t.operator = '='
             or t.node = 'NULLTEST' and t.variant = '0') then 't'
      else 'f'
    end as sign
  from terms as t
  left join columns as c on t.tree = c.tree and c.place between t.place and t.ends
  group by t.tree, t.place, t.ends, t.policy, t.clause, t.node, t.variant, t.constant,
    t.operator, t.is_negated
),

words as (
  select w.policy, w.clause, string_agg(w.sign, '' order by w.place) as word,
    bool_or(w.has_comparison) as has_comparison
  from (
    select l.policy, l.clause, l.place, l.sign, l.has_comparison from leaves as l
    union all
    select l.policy, l.clause, l.ends, ')', false from leaves as l where l.sign ~ '[(]'
  ) as w
  group by w.policy, w.clause
  union all
  select w.policy, w.clause, regexp_replace(
    regexp_replace(w.word, '&[(]f*t[tf]*[)]|[|][(]t+[)]|![(]t[)]', 't', 'g'),
    '&[(]f+[)]|[|][(]t*f[tf]*[)]|![(]f[)]', 'f', 'g'
  ), w.has_comparison
  from words as w
  where w.word ~ '[(]'
)

select p.oid as policy, c.clause, w.word = 't' as is_bound, w.has_comparison
from policies as p
cross join lateral (
  values ('using', 'using'), ('check', case when p.check_text is null then 'using' else 'check' end)
) as c (clause, stored)
inner join words as w on p.oid = w.policy and c.stored = w.clause and w.word !~ '[(]'
where c.clause = 'using' or p.command not in ('select', 'delete')
