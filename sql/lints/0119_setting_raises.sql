-- A setting is read in a way that fails on a connection where it was never set.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: current_setting with one argument raises 42704 there, and returns '' once another
--      transaction has set it: the same mistake is an error today and no row tomorrow. A warning
--      where others read the same setting silently, so it depends on the table as well.
-- Level: info
-- Category: security
-- uses: policies, settings, objects
with reading as (
  select o.kind, o.identity, o.oid, s.name, s.raises
  from settings as s
  inner join objects as o on s.class = o.class and s.object = o.oid
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
  case when p.target is null then '' else format(
    'alter policy %s%s%s;', p.target,
    ' using (' || regexp_replace(
      p.using_text, '(current_setting[(]''[^'']*''::text)[)]', '\1, true)', 'g'
    ) || ')',
    ' with check (' || regexp_replace(
      p.check_text, '(current_setting[(]''[^'']*''::text)[)]', '\1, true)', 'g'
    ) || ')'
  ) end as fix,
  case when count(s.name) > 0 then 'warning' else 'info' end as level
from reading as r
left join silent as s on r.name = s.name
left join policies as p on r.kind = 'policy' and r.oid = p.oid
where r.raises
group by r.kind, r.identity, p.target, p.using_text, p.check_text
