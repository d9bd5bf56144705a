-- An index is not valid: it is written, and no query uses it.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: `create index concurrently` and `reindex concurrently` leave it where they fail. One that is
--      being built is no finding. One of a partitioned table waits for the indexes of partitions.
-- Level: warning
-- Category: performance
-- uses: indexes
select
  'index' as kind, i.identity,
  case
    when i.is_partitioned then 'Not every partition has an index attached to it'
    else 'It was not built to its end: every write keeps it up, and no query uses it'
  end
  || case when i.is_unique then ', nor does it keep rows unique.' else '.' end as detail,
  case
    when i.is_partitioned then ''
    when i.identity ~ '_cc(new|old)\d*"?$' then format('drop index %s;', i.identity)
    else format('reindex index %s;', i.identity)
  end as fix
from indexes as i
where not i.is_valid and not exists (
  select from pg_stat_get_progress_info('CREATE INDEX') as b
  inner join pg_catalog.pg_locks as l on b.pid = l.pid
  where l.relation = i.relation
)
