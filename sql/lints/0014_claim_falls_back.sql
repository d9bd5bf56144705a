-- Without a claim a request gets a tenant all the same: there is a value to fall back to.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: whoever forgot to say who they are is then somebody. Meant are claims that are compared with
--      a column of the row: in the policy, in the functions that it calls for it, and what ALTER
--      DATABASE or ALTER ROLE gives a setting beforehand.
-- Level: error
-- Category: security
-- uses: policies, comparisons, claims, edges, nodes, fallbacks
with recursive asked as (
  select c.function as oid
  from comparisons as c
  inner join policies as p on c.policy = p.oid and p.is_for_requests
  union
  select e.callee
  from asked as a
  inner join edges as e
    on a.oid = e.caller and e.caller_class = 'pg_proc'::regclass
    and e.callee_class = 'pg_proc'::regclass
),

preset as (
  select
    split_part(u.setting, '=', 1) as name, nullif(r.rolname::text, '') as role_name,
    case when s.setdatabase <> 0 then current_database()::text end as database
  from pg_catalog.pg_db_role_setting as s
  inner join pg_catalog.pg_database as d
    on d.datname = current_database() and s.setdatabase in (0, d.oid)
  left join pg_catalog.pg_roles as r on s.setrole = r.oid
  cross join lateral unnest(s.setconfig) as u (setting)
  where u.setting !~ '=$'
)

select
  'function' as kind, a.oid::regprocedure::text as identity,
  'It returns a constant when the claim is missing, and policies take that for a tenant or person.'
    as detail, '' as fix
from asked as a
inner join fallbacks as f on a.oid = f.object and f.class = 'pg_proc'::regclass
union
select
  'policy', p.identity,
  'Its coalesce puts a constant in the place of a claim that is missing, and compares it with a '
  'column of the row.', ''
from policies as p
inner join fallbacks as f on p.oid = f.object and f.class = 'pg_policy'::regclass
inner join comparisons as c on f.tree = c.tree
inner join nodes as e
  on c.tree = e.tree and e.operator = '=' and c.place between e.place and e.ends
  and f.place between e.place and e.ends
where p.is_for_requests
union
select
  'setting', s.name,
  format(
    'It has a value before anybody sets it, by %s, and policies take that for a claim.',
    string_agg(s.words, ' and ' order by s.words)
  ),
  string_agg(format('%s reset %s;', s.words, s.name), ' ' order by s.words)
from (
  select distinct
    lower(r.name) as name, case
      when r.role_name is null then format('alter database %I', r.database)
      else format('alter role %I', r.role_name)
        || coalesce(' in database ' || quote_ident(r.database), '')
    end as words
  from preset as r
  where lower(r.name) in (
    select c.name
    from claims as c
    inner join policies as p on c.object = p.oid and p.is_for_requests
    where c.clause <> 'body' and strpos(c.name, '.') > 0
  )
) as s
group by s.name
