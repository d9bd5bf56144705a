-- Return tables, views and what hangs on them, as (schema, kind, identity, definition).
-- Flow: read by `orgscope migrate`, `plan` and `drift`; $1 are the schemas. Never installed.
-- Runs as: orgscope_owner; reads pg_catalog only.
-- Raises: nothing.
-- Why: a definition is text that is equal when the object is, whatever made it.
with relations as (
  select c.*, n.nspname, format('%I.%I', n.nspname, c.relname) as identity
  from pg_catalog.pg_class as c
  inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
  where n.nspname = any($1) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
)

select
  r.nspname as schema_name, 'relation' as kind, r.identity,
  format(
    'kind %s, persistence %s, owner %s%s%s%s%s%s', r.relkind, r.relpersistence,
    r.relowner::regrole, case when r.relrowsecurity then ', row security' end,
    case when r.relforcerowsecurity then ', forced' end, ' ' || r.reloptions::text,
    ' ' || pg_get_expr(r.relpartbound, r.oid), ' partition by ' || pg_get_partkeydef(r.oid)
  ) || case when r.relkind in ('v', 'm') then e'\n' || pg_get_viewdef(r.oid) else '' end
    as definition
from relations as r
union all
select
  r.nspname, 'column', format('%s.%I', r.identity, a.attname),
  format(
    '%s%s%s%s%s', format_type(a.atttypid, a.atttypmod), ' collate ' || l.collname,
    case when a.attnotnull then ' not null' end, ' identity ' || nullif(a.attidentity::text, ''),
    ' default ' || a.attgenerated::text || ' ' || pg_get_expr(d.adbin, d.adrelid)
  )
from relations as r
inner join pg_catalog.pg_attribute as a
  on r.oid = a.attrelid and a.attnum > 0 and not a.attisdropped and r.relkind <> 'S'
left join pg_catalog.pg_attrdef as d on r.oid = d.adrelid and a.attnum = d.adnum
left join pg_catalog.pg_collation as l on a.attcollation = l.oid
union all
select r.nspname, 'constraint', format('%s %I', r.identity, k.conname), pg_get_constraintdef(k.oid)
from relations as r
inner join pg_catalog.pg_constraint as k on r.oid = k.conrelid
union all
select
  r.nspname, 'index', i.indexrelid::regclass::text,
  pg_get_indexdef(i.indexrelid) || case when i.indisvalid then '' else ' invalid' end
from relations as r
inner join pg_catalog.pg_index as i on r.oid = i.indrelid
union all
select
  r.nspname, 'trigger', format('%s %I', r.identity, t.tgname),
  format('%s, fires %s', pg_get_triggerdef(t.oid), t.tgenabled)
from relations as r
inner join pg_catalog.pg_trigger as t on r.oid = t.tgrelid and not t.tgisinternal
union all
select r.nspname, 'rule', format('%s %I', r.identity, w.rulename), pg_get_ruledef(w.oid)
from relations as r
inner join pg_catalog.pg_rewrite as w on r.oid = w.ev_class and w.rulename <> '_RETURN'
union all
select
  r.nspname, 'policy', format('%s %I', r.identity, p.polname),
  format(
    e'%s for %s to %s\nusing %s\nwith check %s',
    case when p.polpermissive then 'permissive' else 'restrictive' end, p.polcmd,
    (select string_agg(coalesce(nullif(g.oid, 0)::regrole::text, 'public'), ', ' order by g.oid)
     from unnest(p.polroles) as g (oid)),
    pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
  )
from relations as r
inner join pg_catalog.pg_policy as p on r.oid = p.polrelid
