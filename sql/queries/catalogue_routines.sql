-- Return schemas, functions and types, as (schema, kind, identity, definition).
-- Flow: read by `orgscope migrate`, `plan` and `drift`; $1 are the schemas. Never installed.
-- Runs as: orgscope_owner; reads pg_catalog only.
-- Raises: nothing.
-- Why: a definition is text that is equal when the object is, whatever made it.
with namespaces as (
  select n.oid, n.nspname, n.nspowner from pg_catalog.pg_namespace as n where n.nspname = any($1)
)

select
  n.nspname as schema_name, 'schema' as kind, n.nspname::text as identity,
  'owner ' || n.nspowner::regrole as definition
from namespaces as n
union all
select
  n.nspname, 'function', p.oid::regprocedure::text,
  format(
    e'owner %s, kind %s\n%s', p.proowner::regrole, p.prokind,
    case when p.prokind <> 'a' then pg_get_functiondef(p.oid) end
  )
from pg_catalog.pg_proc as p
inner join namespaces as n on p.pronamespace = n.oid
union all
select
  n.nspname, 'type', format('%I.%I', n.nspname, t.typname),
  format(
    'owner %s, kind %s: %s%s%s', t.typowner::regrole, t.typtype,
    (select string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '
                       order by a.attnum)
     from pg_catalog.pg_attribute as a
     where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped),
    (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)
     from pg_catalog.pg_enum as e where e.enumtypid = t.oid),
    case when t.typtype = 'd' then
      format_type(t.typbasetype, t.typtypmod) || case when t.typnotnull then ' not null' else '' end
      || coalesce(
        (select string_agg(' ' || pg_get_constraintdef(k.oid), '' order by k.conname)
         from pg_catalog.pg_constraint as k where k.contypid = t.oid), ''
      )
    end
  )
from pg_catalog.pg_type as t
inner join namespaces as n on t.typnamespace = n.oid
left join pg_catalog.pg_class as c on t.typrelid = c.oid
where t.typtype in ('e', 'd', 'r') or (t.typtype = 'c' and c.relkind = 'c')
