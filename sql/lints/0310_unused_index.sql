-- An index was never read since the database counts.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: who asks too early drops the index of the yearly report. It needs 30 days, a table that was
--      read a thousand times, and 8 MB of index. One that keeps rows unique, serves a constraint or
--      has a replica's identity is used without being read, and so is one of a foreign key. A
--      standby counts for itself.
-- Level: info
-- Category: performance
-- uses: counters, relations, indexes
with read as (
  select
    r.oid, r.identity, pg_stat_get_numscans(r.oid) + sum(pg_stat_get_numscans(i.oid)) as scans
  from relations as r
  inner join indexes as i on r.oid = i.relation
  group by r.oid, r.identity
)

select
  'index' as kind, i.identity,
  format(
    'It has %s, and none of the %s reads of %s since %s used it.',
    pg_size_pretty(i.pages * current_setting('block_size')::bigint), r.scans, r.identity,
    c.since::date
  ) as detail,
  '' as fix
from indexes as i
inner join read as r on i.relation = r.oid and r.scans >= 1000
inner join counters as c on c.since < now() - interval '30 days'
where i.is_valid and not i.is_partition
  and not i.is_unique and not i.is_exclusion and not i.is_marked
  and i.pages >= 1024 and pg_stat_get_numscans(i.oid) = 0
  and not exists (
    select from pg_catalog.pg_constraint as k
    where k.conrelid = i.relation and k.contype = 'f' and i.keys[1] = any(k.conkey)
  )
