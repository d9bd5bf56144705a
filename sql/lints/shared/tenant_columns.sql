-- Return the columns by which policies tell tenants and people apart.
--      (relation, attnum, name, policy, clause): each is compared for equality with what depends on
--      a claim, or handed to a function that depends on one.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the forms are col = claim, col = any (…), col in (select …), exists (select … where
--      t.col = m.col and … claim …) and member_of(col). The other side has no column of the row,
--      and the check of an update is its using where it has no own one.
-- uses: policies, nodes, claims
with compared as (
  select v.tree, v.object, v.clause, v.own_column, coalesce(s.place, e.place) as place,
    coalesce(s.ends, e.ends) as ends, v.place as at
  from nodes as v
  inner join nodes as e
    on v.tree = e.tree and v.place > e.place and v.place < e.ends and v.sublinks = e.sublinks
    and e.node in ('OPEXPR', 'SCALARARRAYOPEXPR') and e.operator = '='
  left join lateral (
    select max(b.place) as place, min(b.ends) as ends
    from nodes as b
    where b.tree = e.tree and b.node = 'SUBLINK' and e.place > b.place and e.place < b.ends
  ) as s on true
  where v.own_column > 0 and not exists (
    select from nodes as o
    where o.tree = v.tree and o.own_column is not null and o.place <> v.place
      and o.place > e.place and o.place < e.ends
  )
),

columns as (
  select c.object, c.clause, c.own_column
  from compared as c
  inner join claims as k on c.tree = k.tree and k.place between c.place and c.ends
    and not c.at between k.place and k.ends
  union
  select v.object, v.clause, v.own_column
  from nodes as v
  inner join claims as k on v.tree = k.tree and v.parent = k.place and v.own_column > 0
)

select p.relation, c.own_column as attnum, a.attname::text as name, p.oid as policy, w.clause
from columns as c
inner join policies as p on c.object = p.oid
inner join pg_catalog.pg_attribute as a on p.relation = a.attrelid and c.own_column = a.attnum
cross join lateral unnest(
  case
    when c.clause = 'using' and p.command in ('update', 'all') and p.check_text is null
      then array['using', 'check']
    else array[c.clause]
  end
) as w (clause)
