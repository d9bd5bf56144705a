-- A policy matches a claim by a pattern or a prefix instead of comparing it.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: `_` and `%` in a claim are any sign and any text, and tenant `acme` sees the rows of
--      `acme-labs`. A pattern beside a comparison that holds the tenant only narrows, and is not
--      meant.
-- Level: warning
-- Category: security
-- uses: policies, nodes, claims, bounds, comparisons
with matches as (
  select e.tree, e.object, e.clause, e.place, e.ends, coalesce(e.operator, f.proname::text) as how
  from nodes as e
  left join pg_catalog.pg_proc as f
    on e.node = 'FUNCEXPR' and e.function = f.oid
    and f.pronamespace = 'pg_catalog'::regnamespace
    and f.proname in (
      'starts_with', 'left', 'right', 'substr', 'substring', 'regexp_like', 'strpos'
    )
  where e.clause <> 'body' and (
    f.oid is not null
    or e.operator in ('~~', '!~~', '~~*', '!~~*', '~', '!~', '~*', '!~*', '^@')
  )
),

-- left(org_id, 4) = claim has the claim beside the function, in the comparison around it.
around as (
  select m.*, coalesce(e.place, m.place) as scope, coalesce(e.ends, m.ends) as scope_ends
  from matches as m
  left join nodes as e
    on m.tree = e.tree and m.place > e.place and m.ends < e.ends and e.operator = '='
    and m.how in ('left', 'right', 'substr', 'substring')
),

found as (
  select a.object as policy, a.clause, a.tree, a.how, v.place
  from around as a
  inner join nodes as v
    on a.tree = v.tree and v.place between a.place and a.ends and v.own_column > 0
  inner join claims as k on a.tree = k.tree and k.place between a.scope and a.scope_ends
)

select
  'policy' as kind, p.identity,
  format(
    'It matches a column with a claim by %s: a wildcard in it, or a longer name, is let through.',
    string_agg(distinct f.how, ', ')
  ) as detail,
  '' as fix
from policies as p
inner join found as f on p.oid = f.policy
inner join bounds as b on p.oid = b.policy and f.clause = b.clause
where p.is_for_requests and p.is_permissive and (not b.is_bound or not exists (
  select from comparisons as c where c.tree = f.tree and c.place <> f.place
))
group by p.identity
