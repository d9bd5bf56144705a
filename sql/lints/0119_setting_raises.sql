-- A setting is read in a way that fails on a connection where it was never set.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: current_setting with one argument raises 42704 there, and returns '' once another transaction
--      has set it: the same mistake is an error today and no row tomorrow. A warning where other
--      policies or functions read the same setting silently, so it depends on the table as well.
-- Level: info
-- Category: security
-- uses: policies, settings, helpers
with reading as (
  select 'policy' as kind, p.identity, p.oid, s.name, s.raises, p.target, p.using_text, p.check_text
  from settings as s
  inner join policies as p on s.class = 'pg_policy'::regclass and s.object = p.oid
  where s.is_settable and strpos(s.name, '.') > 0 and p.is_for_requests
  union all
  select 'function', h.identity, h.oid, s.name, s.raises, null, null, null
  from settings as s
  inner join helpers as h on s.class = 'pg_proc'::regclass and s.object = h.oid
  where s.is_settable and strpos(s.name, '.') > 0
),

silent as (
  select r.name, string_agg(distinct r.identity, ', ' order by r.identity) as identities
  from reading as r
  where not r.raises
  group by r.name
)

select
  r.kind, r.identity,
  format(
    'It reads %s with one argument, which fails where it was never set%s.',
    string_agg(distinct r.name, ', '), '; silent is ' || string_agg(distinct s.identities, ', ')
  ) as detail,
  case when r.kind = 'policy' then format(
    'alter policy %s%s%s;', r.target,
    ' using (' || regexp_replace(
      r.using_text, '(current_setting[(]''[^'']*''::text)[)]', '\1, true)', 'g'
    ) || ')',
    ' with check (' || regexp_replace(
      r.check_text, '(current_setting[(]''[^'']*''::text)[)]', '\1, true)', 'g'
    ) || ')'
  ) else '' end as fix,
  case when count(s.name) > 0 then 'warning' else 'info' end as level
from reading as r
left join silent as s on r.name = s.name
where r.raises
group by r.kind, r.identity, r.target, r.using_text, r.check_text
