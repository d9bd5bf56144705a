-- A foreign key has no index: to delete a parent reads the whole table.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: PostgreSQL indexes what a foreign key refers to, and not the key. An index will do that
--      begins with its columns in any order, or with those of them that are unique in the parent. A
--      warning where the key says what becomes of the row, so that parents are meant to go.
-- Level: warning
-- Category: performance
-- uses: relations, indexes
with keys as (
  select
    k.oid, r.oid as relation, r.identity, k.conname, k.conkey, k.confkey, k.confrelid,
    k.confdeltype, format('%I.%I', n.nspname, p.relname) as parent,
    (select string_agg(quote_ident(a.attname), ', ' order by c.number)
     from unnest(k.conkey) with ordinality as c (attnum, number)
     inner join pg_catalog.pg_attribute as a on k.conrelid = a.attrelid and c.attnum = a.attnum
    ) as columns
  from pg_catalog.pg_constraint as k
  inner join relations as r on k.conrelid = r.oid
  inner join pg_catalog.pg_class as p on k.confrelid = p.oid
  inner join pg_catalog.pg_namespace as n on p.relnamespace = n.oid
  where k.contype = 'f' and k.conparentid = 0
),

-- Each beginning of an index that lies within a key, as columns of the parent.
beginnings as (
  select
    k.oid, k.confrelid, array(
      select k.confkey[array_position(k.conkey, u.attnum)]
      from unnest(i.keys[:b.number]) as u (attnum)
    ) as columns
  from keys as k
  inner join indexes as i
    on k.relation = i.relation and i.is_valid and i.method in ('btree', 'hash')
  cross join lateral generate_series(1, cardinality(i.keys)) as b (number)
  where i.keys[:b.number] <@ k.conkey and (
    i.predicate is null
    or i.predicate in (
      select format('(%I IS NOT NULL)', a.attname)
      from pg_catalog.pg_attribute as a
      where a.attrelid = k.relation and a.attnum = any(k.conkey)
    )
  )
),

served as (
  select b.oid
  from beginnings as b
  inner join pg_catalog.pg_index as x
    on b.confrelid = x.indrelid and x.indisunique and x.indisvalid and x.indpred is null
    and (string_to_array(x.indkey::text, ' ')::smallint[])[:x.indnkeyatts] <@ b.columns
)

select
  'constraint' as kind, format('%s.%I', k.identity, k.conname) as identity,
  format(
    'No index begins with %s: a delete in %s reads all of %s.', k.columns, k.parent, k.identity
  ) as detail,
  format('create index on %s (%s);', k.identity, k.columns) as fix,
  case when k.confdeltype in ('a', 'r') then 'info' else 'warning' end as level
from keys as k
where k.oid not in (select s.oid from served as s)
