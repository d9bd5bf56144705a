-- Return the indexes of the tables that are looked at.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: `keys` are the columns that it searches by, 0 for an expression, `further` what it only
--      carries; `definition` has for each key column what must be the same for two indexes to
--      search alike. A constraint of a partition hangs on that of its parent, and so does an index.
-- uses: relations
select
  x.indexrelid as oid, format('%I.%I', r.schema, c.relname) as identity, x.indrelid as relation,
  a.amname::text as method,
  (string_to_array(x.indkey::text, ' ')::smallint[])[:x.indnkeyatts] as keys,
  (string_to_array(x.indkey::text, ' ')::smallint[])[x.indnkeyatts + 1:] as further,
  array(
    select format(
      '%s %s %s %s', pg_get_indexdef(x.indexrelid, k.number, false), x.indclass[k.number - 1],
      x.indcollation[k.number - 1], x.indoption[k.number - 1]
    )
    from generate_series(1, x.indnkeyatts) as k (number)
    order by k.number
  ) as definition,
  pg_get_expr(x.indpred, x.indrelid) as predicate, x.indexprs::text as expressions,
  x.indisunique as is_unique, x.indisprimary as is_primary, x.indimmediate as is_immediate,
  x.indnullsnotdistinct as is_nulls_not_distinct, x.indisexclusion as is_exclusion,
  x.indisvalid and x.indisready and x.indislive as is_valid,
  x.indisreplident or x.indisclustered as is_marked,
  c.relkind = 'I' as is_partitioned, c.relispartition as is_partition, c.relpages as pages,
  k.conname::text as constraint_name
from pg_catalog.pg_index as x
inner join relations as r on x.indrelid = r.oid
inner join pg_catalog.pg_class as c on x.indexrelid = c.oid
inner join pg_catalog.pg_am as a on c.relam = a.oid
left join pg_catalog.pg_constraint as k
  on x.indexrelid = k.conindid and x.indrelid = k.conrelid and k.contype in ('p', 'u', 'x')
