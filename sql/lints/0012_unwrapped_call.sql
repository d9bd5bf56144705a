-- A policy calls a claim helper for every row.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: within a sub-select that has no column of the outside a call runs once per statement. One
--      with such a column, as in (select org_id = app.org_id()), runs again for each row, and no
--      index helps. What is called with a column of the row has no other way.
-- Level: warning
-- Category: performance
-- uses: policies, claims, nodes, sub_selects
with called as (
  select distinct c.object as policy, c.clause, c.tree, c.place, c.ends, c.function
  from claims as c
  where c.clause <> 'body'
),

calls as (
  select
    c.policy, c.clause, c.place, max(n.sublinks) > 0 as is_in_select,
    case when f.pronamespace = 'pg_catalog'::regnamespace then quote_ident(f.proname)
      else format('%s.%I', f.pronamespace::regnamespace, f.proname) end as name
  from called as c
  inner join pg_catalog.pg_proc as f on c.function = f.oid
  inner join nodes as n on c.tree = n.tree and c.place = n.place
  where not exists (
    select from nodes as v
    where v.tree = c.tree and v.place between c.place and c.ends and v.own_column is not null
  ) and not exists (
    select from sub_selects as s
    where s.tree = c.tree and c.place between s.place and s.ends and not s.is_correlated
  )
  group by c.policy, c.clause, c.place, f.pronamespace, f.proname
),

texts as (
  select
    p.oid, t.clause, t.text, count(c.place) as calls, bool_or(c.is_in_select) as is_in_select,
    '(?<![\w.])(?:' || string_agg(distinct regexp_replace(c.name, '(\W)', '\\\1', 'g'), '|')
    || ')[(][^()]*[)]' as pattern,
    string_agg(distinct c.name, ', ') as names
  from policies as p
  cross join lateral (values ('using', p.using_text), ('check', p.check_text)) as t (clause, text)
  inner join calls as c on p.oid = c.policy and t.clause = c.clause
  group by p.oid, t.clause, t.text
)

select
  'policy' as kind, p.identity,
  format(
    case
      when bool_or(t.is_in_select) then 'The sub-select around %s has a column of the row in it.'
      else 'It calls %s outside of a sub-select.'
    end, string_agg(distinct t.names, ', ')
  ) as detail,
  case when bool_and(
    not t.is_in_select
    and (select count(*) from regexp_matches(t.text, '(?<!SELECT )' || t.pattern, 'g')) = t.calls
  ) then format('alter policy %s%s;', p.target, string_agg(
    format(
      case t.clause when 'using' then ' using (%s)' else ' with check (%s)' end,
      regexp_replace(t.text, '(?<!SELECT )' || t.pattern, '( SELECT \&)', 'g')
    ), '' order by t.clause desc
  )) else '' end as fix
from policies as p
inner join texts as t on p.oid = t.oid
group by p.identity, p.target
