-- A policy believes what users can change of themselves.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: an error for the metadata of a user, which the user writes without anybody's consent. A
--      warning for a name, an e-mail address or a phone number: it changes, may become another
--      person's, and providers differ in whether they verify it. Meant are keys that are taken out
--      of claims, in the policy or in the functions that it calls, and settings of such a name.
-- Level: error
-- Category: security
-- uses: policies, bodies, nodes, claims, sources, reached
with editable (key, is_free) as (
  select u.key, u.place <= 4
  from unnest(array[
    'user_metadata', 'raw_user_meta_data', 'unsafe_metadata', 'unsafemetadata',
    'email', 'phone', 'phone_number', 'name', 'nickname', 'preferred_username'
  ]) with ordinality as u (key, place)
),

-- A path such as '{user_metadata,role}' is an array: its bytes are searched, length and all.
taken as (
  select n.object, n.clause, k.key, k.is_free
  from nodes as n
  inner join nodes as o
    on n.tree = o.tree and n.parent = o.place and o.operator in ('->', '->>', '#>', '#>>')
  inner join claims as r on o.tree = r.tree and r.place between o.place and o.ends
  inner join editable as k
    on lower(n.constant) = k.key
    or n.type = 'text[]'::regtype and strpos(n.constant, (
      select format(' %s 0 0 0', (length(k.key) + 4) * 4)
        || string_agg(' ' || ascii(c.sign), '' order by c.place)
      from string_to_table(k.key, null) with ordinality as c (sign, place)
    )) > 0
  union
  select e.object, 'body', k.key, k.is_free
  from bodies as e
  inner join sources as s on e.object = s.object and s.class = 'pg_proc'::regclass
  cross join lateral (
    select lower(u.word) as word, lag(u.word) over (order by u.place) as before
    from unnest(e.words) with ordinality as u (word, place)
  ) as w
  inner join editable as k on w.word ~ format('^''({(.*,)?)?%s((,.*)?})?''$', k.key)
  where w.before = '>'
),

found as (
  select t.object as policy, t.key, t.is_free from taken as t where t.clause <> 'body'
  union
  select r.policy, t.key, t.is_free from taken as t inner join reached as r on t.object = r.object
  union
  select c.object, k.key, k.is_free
  from claims as c
  inner join editable as k on c.name ~ ('[._]' || k.key || '$') and k.key not in ('name', 'phone')
  where c.clause <> 'body'
)

select
  'policy' as kind, p.identity,
  format(
    'It believes the claim %s, which users change themselves.',
    string_agg(distinct f.key, ', ' order by f.key)
  ) as detail,
  '' as fix,
  case when bool_or(f.is_free) then 'error' else 'warning' end as level
from policies as p
inner join found as f on p.oid = f.policy
where p.is_for_requests
group by p.identity
