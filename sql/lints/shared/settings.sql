-- Return where settings are read with current_setting.
--      (class, object, tree, place, ends, name, is_settable); the name is null when it is not a
--      literal.
-- Flow: read by helpers, sources, claims and owner_views.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: every session can write a setting that nobody declared (those with a dot in their name), and
--      the server's own of context `user`.
-- uses: edges, nodes
with read as (
  select
    case
      when n.clause <> 'body' then 'pg_policy'::regclass
      when exists (select from pg_catalog.pg_proc as f where f.oid = n.object) then 'pg_proc'
      else 'pg_class'
    end::oid as class,
    n.object, n.tree, n.place, n.ends, lower(a.constant) as name
  from nodes as n
  inner join pg_catalog.pg_proc as p
    on n.function = p.oid and p.proname = 'current_setting'
    and p.pronamespace = 'pg_catalog'::regnamespace
  left join nodes as a
    on n.tree = a.tree and n.place = a.parent and a.node = 'CONST' and a.type = 'text'::regtype
  where n.node = 'FUNCEXPR'
  union all
  select
    e.callee_class, e.callee, null, null, null,
    case
      when w.argument like '''%' and w.after in (',', ')') then lower(btrim(w.argument, ''''))
    end
  from (select distinct e.callee_class, e.callee, e.words from edges as e) as e
  cross join lateral (
    select
      u.word, lead(u.word) over p as bracket, lead(u.word, 2) over p as argument,
      lead(u.word, 3) over p as after
    from unnest(e.words) with ordinality as u (word, place)
    window p as (order by u.place)
  ) as w
  where lower(w.word) in ('current_setting', 'pg_catalog.current_setting') and w.bracket = '('
)

select
  r.class, r.object, r.tree, r.place, r.ends, r.name,
  not exists (
    select from pg_catalog.pg_settings as s where s.name = r.name and s.context <> 'user'
  ) as is_settable
from read as r
