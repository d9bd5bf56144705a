-- A setting is cast as it stands, and once it was set it is an empty string, which no cast takes.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a setting that was never set is null; after the transaction that set it, it is '' as long as
--      the connection lives. On a pooled connection each later statement without a tenant fails
--      with 22P02 instead of finding no row.
-- Level: warning
-- Category: security
-- uses: policies, edges, nodes, settings, helpers
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
  select e.callee_class, e.callee, btrim(w.words[3], ''''), 'body', null
  from (select distinct g.callee_class, g.callee, g.words from edges as g) as e
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
    p.oid, c.clause, t.text, count(*) as calls,
    '[(](current_setting[(][^()]*[)])[)]::' as pattern
  from policies as p
  inner join casts as c on p.oid = c.object
  cross join lateral (
    select case c.clause when 'using' then p.using_text else p.check_text end as text
  ) as t
  group by p.oid, c.clause, t.text
)

select
  f.kind, f.identity,
  format(
    'It casts %s, which is an empty string on a connection that was used before: the cast fails.',
    string_agg(distinct 'the setting ' || c.name, ', ')
  ) as detail,
  coalesce((
    select format('alter policy %s%s;', p.target, string_agg(
      format(
        case t.clause when 'using' then ' using (%s)' else ' with check (%s)' end,
        regexp_replace(t.text, t.pattern, '(NULLIF(\1, ''''::text))::', 'g')
      ), '' order by t.clause desc
    ))
    from policies as p
    inner join clauses as t on p.oid = t.oid
    where p.oid = f.oid
    group by p.target
    having bool_and(t.calls = (select count(*) from regexp_matches(t.text, t.pattern, 'g')))
  ), '') as fix
from casts as c
inner join (
  select 'policy' as kind, 'pg_policy'::regclass as class, p.oid, p.identity
  from policies as p
  where p.is_for_requests
  union all
  select 'function', 'pg_proc'::regclass, h.oid, h.identity from helpers as h
) as f on c.class = f.class and c.object = f.oid
where strpos(c.name, '.') > 0
group by f.kind, f.identity, f.oid
