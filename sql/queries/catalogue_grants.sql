-- Return who may do what, as (schema, kind, identity, definition); one line for each privilege.
-- Flow: read by `orgscope migrate`, `plan` and `drift`; $1 are the schemas. Never installed.
-- Runs as: orgscope_owner; reads pg_catalog only.
-- Raises: nothing.
-- Why: an object without grants of its own has those of its kind, and PUBLIC may be among them.
with namespaces as (
  select n.oid, n.nspname, n.nspowner, n.nspacl
  from pg_catalog.pg_namespace as n
  where n.nspname = any($1)
),

relations as (
  select n.nspname, c.oid, c.relkind, c.relowner, c.relacl,
    format('%I.%I', n.nspname, c.relname) as identity
  from pg_catalog.pg_class as c
  inner join namespaces as n on c.relnamespace = n.oid
  where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
),

grants as (
  select n.nspname, 'schema' as kind, n.nspname::text as identity,
    coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl
  from namespaces as n
  union all
  select r.nspname, case when r.relkind = 'S' then 'sequence' else 'table' end, r.identity,
    coalesce(
      r.relacl, acldefault(case when r.relkind = 'S' then 's' else 'r' end::"char", r.relowner)
    )
  from relations as r
  union all
  select r.nspname, 'column', format('%s.%I', r.identity, a.attname), a.attacl
  from relations as r
  inner join pg_catalog.pg_attribute as a on r.oid = a.attrelid and a.attacl is not null
  union all
  select n.nspname, 'function', p.oid::regprocedure::text,
    coalesce(p.proacl, acldefault('f', p.proowner))
  from pg_catalog.pg_proc as p
  inner join namespaces as n on p.pronamespace = n.oid
  union all
  select n.nspname, 'type', format('%I.%I', n.nspname, t.typname), t.typacl
  from pg_catalog.pg_type as t
  inner join namespaces as n on t.typnamespace = n.oid and t.typacl is not null
  union all
  select n.nspname, 'later objects of ' || d.defaclrole::regrole,
    format('%s %s', n.nspname, d.defaclobjtype), d.defaclacl
  from pg_catalog.pg_default_acl as d
  inner join namespaces as n on d.defaclnamespace = n.oid
)

select
  g.nspname as schema_name, 'grant on ' || g.kind as kind, g.identity,
  string_agg(
    format(
      '%s to %s%s', a.privilege_type, coalesce(nullif(a.grantee, 0)::regrole::text, 'public'),
      case when a.is_grantable then ' with grant option' end
    ),
    e'\n' order by a.privilege_type, a.grantee::regrole::text
  ) as definition
from grants as g
cross join lateral aclexplode(g.acl) as a
group by g.nspname, g.kind, g.identity
