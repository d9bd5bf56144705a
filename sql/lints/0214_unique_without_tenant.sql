-- A key of a tenant's table is unique among all tenants.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: row security is not asked about it: who is refused a name knows that another tenant has it.
--      Not so where requests do not write the key. There is no fix for a primary key, an
--      exclusion, what a foreign key refers to, and where several columns tell tenants apart.
-- Level: warning
-- Category: security
-- uses: global_keys, relations, request_roles
select
  case when c.conname is null then 'index' else 'constraint' end as kind,
  format('%s.%I', r.identity, coalesce(c.conname, i.relname)) as identity,
  'It is unique among all tenants, so a request that is refused a key learns that another has it.'
    as detail,
  case
    when k.scope is null or c.contype in ('p', 'x') or k.index in (
      select f.conindid from pg_catalog.pg_constraint as f where f.contype = 'f'
    ) then ''
    when c.conname is null then format(
      'drop index %I.%I; %s;', r.schema, i.relname, regexp_replace(
        pg_get_indexdef(k.index), ' USING (\w+) [(]', format(' USING \1 (%I, ', k.scope)
      )
    )
    else format(
      'alter table %1$s drop constraint %2$I, add constraint %2$I %3$s;', r.identity, c.conname,
      regexp_replace(pg_get_constraintdef(c.oid), '[(]', format('(%I, ', k.scope))
    )
  end as fix
from global_keys as k
inner join relations as r on k.relation = r.oid
inner join pg_catalog.pg_class as i on k.index = i.oid
left join pg_catalog.pg_constraint as c
  on k.index = c.conindid and k.relation = c.conrelid and c.contype in ('u', 'p', 'x')
where exists (
  select from request_roles as q
  cross join lateral unnest(k.attnums) as a (attnum)
  where case a.attnum
    when 0 then has_any_column_privilege(q.oid, k.relation, 'INSERT, UPDATE')
    else has_column_privilege(q.oid, k.relation, a.attnum::smallint, 'INSERT, UPDATE')
  end
)
