-- Return where a claim that is missing becomes a constant.
--      (class, object, tree, place): a policy, or a function that policies reach; tree and place
--      are null where the body is a string.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the forms are coalesce(… claim …, constant) and, in PL/pgSQL, `return constant`. What is
--      empty, zero or the nil uuid is nobody, and a boolean or a document names nobody.
-- uses: bodies, nodes, claims, sources
with tokens as (
  select
    w.callee, w.word, w.place, lag(w.word) over p as before, lead(w.word) over p as after,
    sum(case w.word when '(' then 1 when ')' then -1 else 0 end) over p as depth,
    w.word ~ '^''' and w.word !~ '^''([0-]*|{}|\[\])''$' or w.word ~ '^[1-9]$' as is_constant
  from (
    select e.object as callee, lower(u.word) as word, u.place
    from bodies as e
    cross join lateral unnest(e.words) with ordinality as u (word, place)
  ) as w
  window p as (partition by w.callee order by w.place)
),

calls as (
  select c.callee, c.place, c.depth, min(t.place) as ends
  from tokens as c
  inner join tokens as t
    on c.callee = t.callee and t.place > c.place + 1 and t.word = ')' and c.depth = t.depth
  where c.word = 'coalesce' and c.after = '('
  group by c.callee, c.place, c.depth
),

names as (
  select 'current_setting' as name
  union
  select p.proname::text
  from pg_catalog.pg_proc as p
  inner join sources as s on p.oid = s.object and s.class = 'pg_proc'::regclass
)

select
  case when c.clause = 'body' then 'pg_proc'::regclass else 'pg_policy' end::oid as class,
  c.object, c.tree, c.place
from nodes as c
inner join claims as r on c.tree = r.tree and r.place between c.place and c.ends
inner join nodes as k on c.tree = k.tree and c.place = k.parent and k.node = 'CONST'
inner join pg_catalog.pg_type as y on k.type = y.oid and y.typcategory in ('S', 'N', 'U')
where c.node = 'COALESCEEXPR' and k.constant !~ '^([0-]*|{}|\[\]|\d+ \[( 0)+ *)$'
  and y.oid not in ('json'::regtype, 'jsonb'::regtype)
group by c.clause, c.object, c.tree, c.place
union
select 'pg_proc'::regclass, c.callee, null, null
from calls as c
inner join tokens as k
  on c.callee = k.callee and k.place between c.place and c.ends
  and k.depth = c.depth + 1 and k.before = ',' and k.is_constant
inner join tokens as r
  on c.callee = r.callee and r.place between c.place and c.ends and r.after = '('
inner join names as n on regexp_replace(r.word, '^.*[.]', '') = n.name
union
select 'pg_proc'::regclass, t.callee, null, null
from tokens as t
inner join sources as s on t.callee = s.object and s.class = 'pg_proc'::regclass
where t.before = 'return' and t.is_constant and t.after = ';'
