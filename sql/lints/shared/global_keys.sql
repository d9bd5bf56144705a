-- Return the unique and exclusion indexes of tenants' tables that have no scope in their key.
--      (index, relation, attnums, scope): attnums are those of the key, 0 for an expression; the
--      scope is null where the table has several.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: left out is what nobody hits upon: a uuid, what the server counts or makes; what stands
--      behind a foreign key to a tenant's row; and the table of the tenants itself.
-- uses: tenant_scopes
with scoped as (
  select
    s.relation, array_agg(s.attnum) as attnums,
    case count(*) when 1 then min(s.name) end as scope
  from tenant_scopes as s
  group by s.relation
),

unguessed as (
  select a.attrelid as relation, a.attnum
  from pg_catalog.pg_attribute as a
  left join pg_catalog.pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
  where a.atttypid = 'uuid'::regtype or a.attidentity <> '' or a.attgenerated <> ''
    or pg_get_expr(d.adbin, d.adrelid) ~ '^nextval'
  union
  select k.conrelid, w.attnum
  from pg_catalog.pg_constraint as k
  cross join lateral unnest(k.conkey) as w (attnum)
  where k.contype = 'f' and k.confrelid in (select s.relation from scoped as s)
),

keys as (
  select
    i.indexrelid as index, i.indrelid as relation, s.attnums as scope_attnums, s.scope,
    (i.indkey::integer[])[:i.indnkeyatts - 1] as attnums
  from pg_catalog.pg_index as i
  inner join scoped as s on i.indrelid = s.relation
  where i.indisunique or i.indisexclusion
)

select k.index, k.relation, k.attnums, k.scope
from keys as k
inner join pg_catalog.pg_class as c on k.index = c.oid and not c.relispartition
where not k.attnums && k.scope_attnums
  and k.relation not in (
    select p.conrelid
    from pg_catalog.pg_constraint as p
    inner join scoped as s on p.conrelid = s.relation and p.conkey::integer[] <@ s.attnums
    where p.contype = 'p'
  )
  and not exists (
    select from unguessed as u where u.relation = k.relation and u.attnum = any(k.attnums)
  )
