-- Return every object of the given schemas as (kind, identity, definition); never installed.
-- Flow: read before and after by `orgscope plan` and `orgscope drift`, which compare the two.
-- Runs as: orgscope_owner; reads pg_catalog only.
-- Why: a definition is text that is equal when the object is, whatever the order of its grants.
with namespaces as (
  select n.oid, n.nspname, n.nspowner, n.nspacl
  from pg_catalog.pg_namespace as n
  where n.nspname = any ($1)
),

relations as (
  select c.*, format('%I.%I', n.nspname, c.relname) as identity
  from pg_catalog.pg_class as c
  inner join namespaces as n on c.relnamespace = n.oid
  where c.relkind in ('r', 'p', 'v', 'm', 'f')
),

grants as (
  select 'schema' as kind, n.nspname::text as identity, n.nspacl as acl from namespaces as n
  union all
  select 'table', r.identity, r.relacl from relations as r
  union all
  select 'column', format('%s.%I', r.identity, a.attname), a.attacl
  from relations as r
  inner join pg_catalog.pg_attribute as a on r.oid = a.attrelid and a.attacl is not null
  union all
  select 'function', p.oid::regprocedure::text, coalesce(p.proacl, acldefault('f', p.proowner))
  from pg_catalog.pg_proc as p
  inner join namespaces as n on p.pronamespace = n.oid
)

select 'schema' as kind, n.nspname::text as identity, 'owner ' || n.nspowner::regrole as definition
from namespaces as n
union all
select
  'table', r.identity,
  format(
    'owner %s%s%s', r.relowner::regrole,
    case when r.relrowsecurity then ', row security' end,
    case when r.relforcerowsecurity then ', forced' end
  ) || case when r.relkind in ('v', 'm') then e'\n' || pg_get_viewdef(r.oid) else '' end
from relations as r
union all
select
  'column', format('%s.%I', r.identity, a.attname),
  format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
  || case
    when d.oid is null then ''
    else format(' %s default %s', a.attgenerated, pg_get_expr(d.adbin, d.adrelid))
  end
from relations as r
inner join pg_catalog.pg_attribute as a on r.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
left join pg_catalog.pg_attrdef as d on r.oid = d.adrelid and a.attnum = d.adnum
union all
select 'constraint', format('%s %I', r.identity, k.conname), pg_get_constraintdef(k.oid)
from relations as r
inner join pg_catalog.pg_constraint as k on r.oid = k.conrelid
union all
select 'index', format('%s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid)
from relations as r
inner join pg_catalog.pg_index as i on r.oid = i.indrelid
union all
select 'trigger', format('%s %I', r.identity, t.tgname), pg_get_triggerdef(t.oid)
from relations as r
inner join pg_catalog.pg_trigger as t on r.oid = t.tgrelid and not t.tgisinternal
union all
select
  'policy', format('%s %I', r.identity, p.polname),
  format(
    E'%s for %s to %s\nusing %s\nwith check %s',
    case when p.polpermissive then 'permissive' else 'restrictive' end, p.polcmd,
    (select string_agg(g.oid::regrole::text, ', ' order by g.oid::regrole::text)
     from unnest(p.polroles) as g (oid)),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
  )
from relations as r
inner join pg_catalog.pg_policy as p on r.oid = p.polrelid
union all
select
  'function', p.oid::regprocedure::text,
  format(E'owner %s\n%s', p.proowner::regrole, pg_get_functiondef(p.oid))
from pg_catalog.pg_proc as p
inner join namespaces as n on p.pronamespace = n.oid and p.prokind in ('f', 'p')
union all
select
  'grant on ' || g.kind, g.identity,
  string_agg(
    format('%s to %s', a.privilege_type, coalesce(nullif(a.grantee, 0)::regrole::text, 'public')),
    E'\n' order by a.privilege_type, a.grantee::regrole::text
  )
from grants as g
cross join lateral aclexplode(g.acl) as a
group by g.kind, g.identity
