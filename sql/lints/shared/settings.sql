-- Return where settings are read with current_setting.
--      (class, object, tree, place, ends, name, is_settable, raises); the name is null when it is
--      not a literal; `raises`: it fails where the setting was never set.
-- Flow: read by helpers, sources, claims and owner_views.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: every session can write a setting that nobody declared (those with a dot in their name), and
--      the server's own of context `user`.
-- uses: bodies, nodes
with read as (
  select
    case
      when n.clause <> 'body' then 'pg_policy'::regclass
      when exists (select from pg_catalog.pg_proc as f where f.oid = n.object) then 'pg_proc'
      else 'pg_class'
    end::oid as class,
    n.object, n.tree, n.place, n.ends, lower(a.constant) as name,
    m.tree is null or m.constant = 'false' as raises
  from nodes as n
  inner join pg_catalog.pg_proc as p
    on n.function = p.oid and p.proname = 'current_setting'
    and p.pronamespace = 'pg_catalog'::regnamespace
  left join nodes as a
    on n.tree = a.tree and n.place = a.parent and a.node = 'CONST' and a.type = 'text'::regtype
  left join nodes as m
    on n.tree = m.tree and n.place = m.parent and (m.node <> 'CONST' or m.type = 'boolean'::regtype)
    and a.place < m.place
  where n.node = 'FUNCEXPR'
  union all
  select
    e.class, e.object, null, null, null,
    case
      when w.argument like '''%' and w.after in (',', ')') then lower(btrim(w.argument, ''''))
    end, w.after = ')' or lower(w.missing_ok) = 'false'
  from bodies as e
  cross join lateral (
    select
      u.word, lead(u.word) over p as bracket, lead(u.word, 2) over p as argument,
      lead(u.word, 3) over p as after, lead(u.word, 4) over p as missing_ok
    from unnest(e.words) with ordinality as u (word, place)
    window p as (order by u.place)
  ) as w
  where lower(w.word) in ('current_setting', 'pg_catalog.current_setting') and w.bracket = '('
)

select
  r.class, r.object, r.tree, r.place, r.ends, r.name,
  not exists (
    select from pg_catalog.pg_settings as s where s.name = r.name and s.context <> 'user'
  ) as is_settable, r.raises
from read as r
