-- Return the comparisons of policies by which an index could find the rows that they let through.
--      (policy, relation, attnum, name, is_bare, wrapper): in USING, for requests, under no or and
--      no not, and between a column of the row and a claim or a sub-select without one. Not is_bare
--      where a function, an operator or a cast (`wrapper`) stands around the column.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: only what every row must pass narrows a scan. In `claim = any (column)` the column is
--      searched within, and not by. A function that is the whole condition is a wrapper too.
-- uses: policies, terms, nodes, tenant_columns
with conditions as (
  select t.policy, t.tree, t.place, t.ends, t.node, bool_or(s.place is not null) as has_select
  from terms as t
  left join nodes as s
    on t.tree = s.tree and s.node = 'SUBLINK' and t.place < s.place and t.ends > s.place
  left join terms as b
    on t.tree = b.tree and b.node = 'BOOLEXPR' and b.variant <> 'and'
    and t.place > b.place and t.ends < b.ends
  where t.clause = 'using'
    and (t.operator = '=' or t.node = 'FUNCEXPR')
    and t.node in ('OPEXPR', 'SCALARARRAYOPEXPR', 'FUNCEXPR')
  group by t.policy, t.tree, t.place, t.ends, t.node
  having count(b.place) = 0
),

columns as (
  select
    c.policy, c.tree, c.place, v.own_column, v.place as at, v.ends as until,
    c.node = 'FUNCEXPR' as is_function, c.has_select
  from conditions as c
  inner join nodes as v
    on c.tree = v.tree and c.place < v.place and c.ends > v.place and v.own_column is not null
    and v.sublinks = 0
  left join nodes as o
    on c.tree = o.tree and c.place < o.place and c.ends > o.place and v.place <> o.place
    and (o.own_column is not null and c.node <> 'FUNCEXPR'
         or c.place = o.parent and v.place > o.ends and c.node = 'SCALARARRAYOPEXPR')
  where v.own_column > 0
  group by c.policy, c.tree, c.place, v.own_column, v.place, v.ends, c.node, c.has_select
  having count(o.place) = 0
),

wrapped as (
  select
    c.policy, c.own_column, c.has_select, count(w.place) = 0 as is_bare,
    min(case
      when w.node is null then null
      when w.operator is not null then format('the operator %s', w.operator)
      when w.node in ('COERCEVIAIO', 'ARRAYCOERCEEXPR') or k.castfunc is not null then 'a cast'
      when w.function is not null then format(
        'the function %s()', replace(w.function::regproc::text, 'pg_catalog.', '')
      )
      else 'an expression'
    end) as wrapper
  from columns as c
  left join nodes as w
    on c.tree = w.tree and c.at > w.place and c.until < w.ends and w.node <> 'RELABELTYPE'
    and (c.place < w.place or c.place = w.place and c.is_function)
  left join pg_catalog.pg_cast as k on w.function = k.castfunc
  group by c.policy, c.own_column, c.has_select, c.tree, c.place, c.at
)

select
  w.policy, p.relation, w.own_column as attnum, (
    select a.attname::text from pg_catalog.pg_attribute as a
    where a.attrelid = p.relation and a.attnum = w.own_column
  ) as name, w.is_bare, w.wrapper
from wrapped as w
inner join policies as p on w.policy = p.oid and p.is_for_requests
left join tenant_columns as t
  on w.policy = t.policy and w.own_column = t.attnum and t.clause = 'using'
where p.command <> 'insert' and (w.has_select or t.attnum is not null)
