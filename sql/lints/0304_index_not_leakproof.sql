-- Requests cannot search by a column that an index has, because its operators are not leakproof.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: under row security an operator that is not leakproof waits until the policies have been
--      asked, so the index finds the tenant's rows and each of them is filtered. Which are, the
--      catalogue says; LIKE, for which pattern_ops are made, is not. What a policy itself compares
--      is exempt, and an index of a constraint is there for that.
-- Level: info
-- Category: performance
-- uses: relations, policies, indexes, tenant_columns, privileges, mends
with functions as (
  select
    i.oid,
    string_agg(distinct replace(f.oid::regproc::text, 'pg_catalog.', '') || '()', ', ') as names
  from indexes as i
  cross join lateral regexp_matches(i.expressions, ':(?:funcid|opfuncid) (\d+)', 'g') as m (oid)
  inner join pg_catalog.pg_proc as f on m.oid[1]::oid = f.oid and not f.proleakproof
  group by i.oid
),

columns as (
  select
    i.oid, i.identity, i.relation, k.number,
    pg_get_indexdef(i.oid, k.number::integer, true) as name,
    case when k.attnum = 0 then u.names end as functions,
    format_type(coalesce(a.atttypid, o.opcintype), null) as type,
    case
      when k.attnum = 0 and u.oid is not null then 'function'
      when bool_or(p.oprname in ('~~', '~~*')) or o.opcname like '%pattern\_ops' then 'pattern'
      when bool_or(f.proleakproof) then null
      when y.typtype = 'e' then 'enum'
      when a.atttypid = 'numeric'::regtype then 'numeric'
      else 'other'
    end as cause
  from indexes as i
  inner join pg_catalog.pg_index as x on i.oid = x.indexrelid
  cross join lateral unnest(i.keys) with ordinality as k (attnum, number)
  inner join pg_catalog.pg_opclass as o on x.indclass[k.number - 1] = o.oid
  inner join pg_catalog.pg_amop as m
    on o.opcfamily = m.amopfamily and o.opcintype = m.amoplefttype and m.amoppurpose = 's'
  inner join pg_catalog.pg_operator as p on m.amopopr = p.oid
  inner join pg_catalog.pg_proc as f on p.oprcode = f.oid
  left join functions as u on i.oid = u.oid
  left join pg_catalog.pg_attribute as a on i.relation = a.attrelid and k.attnum = a.attnum
  left join pg_catalog.pg_type as y on a.atttypid = y.oid
  left join tenant_columns as t on i.relation = t.relation and k.attnum = t.attnum
  where i.is_valid and not i.is_partition and i.constraint_name is null and t.attnum is null
  group by i.oid, i.identity, i.relation, k.number, k.attnum, o.oid, o.opcname, o.opcintype,
    a.atttypid, y.typtype, u.oid, u.names
)

select
  'index' as kind, c.identity,
  format(
    'Row security lets requests search by none of %s, so every row of the tenant is read. To mend '
    'it, %s.',
    string_agg(
      format('%s (%s)', c.name, case c.cause
        when 'pattern' then 'LIKE is not leakproof'
        when 'function' then format('%s is not leakproof', c.functions)
        else format('%s is not leakproof', c.type)
      end), ', ' order by c.number
    ),
    string_agg(distinct m.mend, '; ' order by m.mend)
  ) as detail,
  '' as fix
from columns as c
inner join mends as m on c.cause = m.cause
inner join relations as r on c.relation = r.oid and r.has_row_security
where c.relation in (select p.relation from policies as p where p.is_for_requests)
  and c.relation in (select p.relation from privileges as p where p.privilege = 'select')
group by c.identity
