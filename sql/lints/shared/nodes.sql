-- Return the nodes of stored trees: calls, operators, columns, constants, queries and the rest.
-- Flow: read by truths, settings, claims, owner_views, tenant_columns and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a node stands at `place` and ends at `ends`: what has its place between them is within it,
--      and `parent` is the place of the node around it, `levels` and `sublinks` the number of
--      queries and sub-selects around it. `own_column` is a column of the row that a policy is
--      about (0: all of it); `attnum` is any column's, of the `varno`th relation of its query.
--      `variant`: and, or, not; of a sub-select 0 exists, 2 any, 4 scalar, 6 array; of a null test
--      0 is null. `constant` is text, true or false, or bytes (on a little-endian server).
-- uses: trees
with words as (
  -- A backslash keeps what follows within its word: text of the database cannot end a node.
  select
    w.tree, w.object, w.clause, w.place, left(w.word, 1) as sign,
    ltrim(split_part(w.word, ' ', 1), '{:') as name,
    substr(w.word, strpos(w.word, ' ') + 1) as value,
    sum(case left(w.word, 1) when '{' then 1 when '}' then -1 else 0 end)
      over (partition by w.tree order by w.place) + (w.word = '}')::integer as depth
  from (
    select t.tree, t.object, t.clause, m.place, m.word[1] as word
    from trees as t
    cross join lateral regexp_matches(
      t.text, '[{][A-Z_0-9]+|[}]|:constvalue \d+ \[[- 0-9]*|(?::\w+ )?(?:\\.|[^\s(){}\\])+', 'g'
    ) with ordinality as m (word, place)
  ) as w
  where left(w.word, 1) in ('{', '}', ':')
),

owned as (
  select w.*, max(w.place) filter (where w.sign = '{')
    over (partition by w.tree, w.depth order by w.place) as owner
  from words as w
),

gathered as (
  select
    o.tree, o.object, o.clause, o.owner as place, max(o.place) as ends,
    max(o.name) filter (where o.sign = '{') as node,
    max(o.value) filter (where o.name in ('funcid', 'aggfnoid', 'winfnoid'))::oid as function,
    max(o.value) filter (where o.name = 'opno')::oid as operator,
    max(o.value) filter (where o.name = 'relid')::oid as relation,
    max(o.value) filter (where o.name = 'varattno')::integer as attnum,
    max(o.value) filter (where o.name = 'varlevelsup')::integer as levels_up,
    max(o.value) filter (where o.name = 'varno')::integer as varno,
    max(o.value) filter (where o.name ~ '^(boolop|subLinkType|op|nulltesttype)$') as variant,
    max(o.value) filter (where o.name in ('consttype', 'type') and o.value ~ '^\d+$')::oid as type,
    max(o.value) filter (where o.name = 'constvalue' and o.value <> '<>') as bytes
  from owned as o
  group by o.tree, o.object, o.clause, o.owner
),

placed as (
  select
    g.tree, g.place, max(b.place) as parent, count(*) filter (where b.node = 'QUERY') as levels,
    count(*) filter (where b.node = 'SUBLINK') as sublinks
  from gathered as g
  left join gathered as b on g.tree = b.tree and g.place > b.place and g.ends < b.ends
  group by g.tree, g.place
)

select
  g.tree, g.object, g.clause, g.place, g.ends, p.parent, p.levels, p.sublinks, g.node, g.variant,
  coalesce(g.function, o.oprcode::oid) as function, o.oprname::text as operator, g.relation, case
    when g.clause <> 'body' and g.varno = 1 and g.levels_up = p.levels then g.attnum
  end as own_column, g.levels_up, g.type, case
    when g.type = 'boolean'::regtype then (g.bytes ~ '^1 .[ ]1')::text
    when y.typcategory = 'S' and y.typlen = -1 then (
      select convert_from(
        substr(decode(string_agg(lpad(to_hex(b.byte::integer & 255), 2, '0'), ''), 'hex'), 5),
        getdatabaseencoding()
      )
      from string_to_table(split_part(rtrim(g.bytes), '[ ', 2), ' ') as b (byte)
    )
    else g.bytes
  end as constant, g.attnum, g.varno
from gathered as g
inner join placed as p on g.tree = p.tree and g.place = p.place
left join pg_catalog.pg_operator as o on g.operator = o.oid
left join pg_catalog.pg_type as y on g.type = y.oid
