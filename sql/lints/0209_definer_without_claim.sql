-- A security definer reaches rows past row security, and does not ask who is there.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: an error where it takes the tenant from its caller, who may name any; a warning where it
--      then answers yes or no. Else to know: a token or an address may be proof enough, and a
--      trigger may have what it needs in the row. That it compares what it asks is not proven.
-- Level: error
-- Category: security
-- uses: around, sources, edges, tenant_columns
with askers as (
  select s.object as function
  from sources as s
  where s.class = 'pg_proc'::regclass
    and (s.name is null or s.name ~ '[.]' or s.name in ('role', 'session_authorization'))
  union
  select e.callee
  from edges as e
  where e.callee_class = 'pg_proc'::regclass and 'session_user' = any(e.words)
),

arguments as (
  select p.oid, a.name, regexp_replace(lower(a.name), '^(p|v|i|in|arg|the)?_|_id$', '', 'g') as word
  from pg_catalog.pg_proc as p
  cross join lateral unnest(
    p.proargnames, coalesce(p.proargmodes, array_fill('i'::"char", array[p.pronargs::integer]))
  ) as a (name, mode)
  where p.oid in (select d.function from around as d) and a.mode in ('i', 'b')
),

taken as (
  select d.function, string_agg(distinct a.name, ', ' order by a.name) as names
  from around as d
  inner join tenant_columns as t on d.relation = t.relation
  inner join arguments as a
    on d.function = a.oid and a.word = regexp_replace(lower(t.name), '_id$', '')
  group by d.function
)

select
  'function' as kind, p.oid::regprocedure::text as identity,
  format(
    'It reaches %s past row security and asks no claim%s.',
    string_agg(distinct d.relation::regclass::text, ', '),
    coalesce(', and it takes ' || t.names || ' from its caller', case
      when bool_and(d.is_fired) then ': requests fire it by a trigger'
      else ': whoever calls it reaches them'
    end)
  ) as detail,
  '' as fix,
  case
    when t.names is null then 'info' when p.prorettype = 'boolean'::regtype then 'warning'
    else 'error'
  end as level
from around as d
inner join pg_catalog.pg_proc as p on d.function = p.oid
left join taken as t on d.function = t.function
where d.function not in (select a.function from askers as a)
group by p.oid, p.prorettype, t.names
