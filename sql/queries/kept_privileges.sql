-- Return a GRANT for each object of schemas, of what roles can do with rows there now.
-- Flow: read by `orgscope adopt --keep`; $1 are the schemas, $2 the roles. Never installed.
-- Runs as: the caller; reads pg_catalog only.
-- Raises: nothing.
-- Why: what a role has as the owner, by PUBLIC or by another role, it loses with a new owner; what
--      is granted to itself stays, and is granted once more.
with objects as (
  select 1 as place, 'schema' as kind, format('%I', n.nspname) as identity, n.oid, 'usage' as can
  from pg_catalog.pg_namespace as n
  where n.nspname = any($1)
  union all
  select 2, case when c.relkind = 'S' then 'sequence' else 'table' end,
    format('%I.%I', n.nspname, c.relname), c.oid, k.can
  from pg_catalog.pg_class as c
  inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
  inner join (
    values ('select', 'rpvm'), ('insert', 'rpv'), ('update', 'rpv'), ('delete', 'rpv'),
      ('usage', 'S')
  ) as k (can, kinds) on strpos(k.kinds, c.relkind::text) > 0
  where n.nspname = any($1)
  union all
  select 3, 'routine', p.oid::regprocedure::text, p.oid, 'execute'
  from pg_catalog.pg_proc as p
  inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
  where n.nspname = any($1) and p.prorettype <> 'pg_catalog.trigger'::regtype
    and not exists (
      select from pg_catalog.pg_depend as d
      where d.classid = 'pg_catalog.pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i'
    )
)

select
  format(
    'grant %s on %s %s to %I;', string_agg(o.can, ', ' order by o.can), o.kind, o.identity,
    r.rolname
  ) as statement
from objects as o
inner join pg_catalog.pg_roles as r on r.rolname = any($2)
where case o.kind
  when 'schema' then has_schema_privilege(r.oid, o.oid, o.can)
  when 'table' then has_table_privilege(r.oid, o.oid, o.can)
  when 'sequence' then has_sequence_privilege(r.oid, o.oid, o.can)
  else has_function_privilege(r.oid, o.oid, o.can)
end
group by o.place, o.kind, o.identity, r.rolname
order by r.rolname, o.place, o.identity
