-- A setting is cast as it stands, and once it was set it is an empty string, which no cast takes.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a setting that was never set is null; after the transaction that set it, it is '' as long as
--      the connection lives. On a pooled connection each later statement without a tenant fails
--      with 22P02 instead of finding no row.
-- Level: warning
-- Category: security
-- uses: policies, bodies, nodes, settings, objects
with casts as (
  select s.class, s.object, s.name, n.clause, s.place
  from settings as s
  inner join nodes as n on s.tree = n.tree and s.place = n.place
  inner join nodes as c on n.tree = c.tree and n.parent = c.place and c.node = 'COERCEVIAIO'
  where s.is_settable
  union all
  -- (select current_setting(…))::uuid
  select s.class, s.object, s.name, n.clause, s.place
  from settings as s
  inner join nodes as n on s.tree = n.tree and s.place = n.place
  inner join nodes as t on n.tree = t.tree and n.parent = t.place and t.node = 'TARGETENTRY'
  inner join nodes as q on t.tree = q.tree and t.parent = q.place
  inner join nodes as l on q.tree = l.tree and q.parent = l.place and l.node = 'SUBLINK'
  inner join nodes as c on l.tree = c.tree and l.parent = c.place and c.node = 'COERCEVIAIO'
  where s.is_settable
  union all
  select e.class, e.object, btrim(w.words[3], ''''), 'body', null
  from bodies as e
  cross join lateral (
    select e.words[u.place:u.place + 11] as words
    from unnest(e.words) with ordinality as u (word, place)
    where lower(u.word) in ('current_setting', 'pg_catalog.current_setting')
  ) as w
  where lower(array_to_string(w.words, ' '))
    ~ '^[a-z_.]+ [(] ''[^'']*'' (, \w+ )?[)] ([)] )*: : (?!text|varchar|character|name)'
),

clauses as (
  select
    p.oid, c.clause, case c.clause when 'using' then p.using_text else p.check_text end as text,
    count(*) as calls, '[(](current_setting[(][^()]*[)])[)]::' as pattern
  from policies as p
  inner join casts as c on p.oid = c.object
  group by p.oid, c.clause, p.using_text, p.check_text
),

fixes as (
  select p.oid, format('alter policy %s%s;', p.target, string_agg(
    format(
      case t.clause when 'using' then ' using (%s)' else ' with check (%s)' end,
      regexp_replace(t.text, t.pattern, '(NULLIF(\1, ''''::text))::', 'g')
    ), '' order by t.clause desc
  )) as fix
  from policies as p
  inner join clauses as t on p.oid = t.oid
  group by p.oid, p.target
  having bool_and(t.calls = (select count(*) from regexp_matches(t.text, t.pattern, 'g')))
)

select
  f.kind, f.identity,
  format(
    'It casts %s, which is an empty string on a connection that was used before: the cast fails.',
    string_agg(distinct 'the setting ' || c.name, ', ')
  ) as detail,
  coalesce(x.fix, '') as fix
from objects as f
inner join casts as c on f.class = c.class and f.oid = c.object
left join fixes as x on f.oid = x.oid
where strpos(c.name, '.') > 0
group by f.kind, f.identity, x.fix
