-- A large table under row security was often read from its beginning to its end.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: such a read has the rows of all tenants, whoever asked. It is a thousand scans with ten
--      thousand rows each on average: a nightly dump is none of that, nor is a small table.
-- Level: info
-- Category: performance
-- uses: counters, relations
with scans as (
  select
    r.kind, r.identity, pg_stat_get_numscans(r.oid) as scans,
    pg_stat_get_tuples_returned(r.oid) as tuples
  from relations as r
  where r.kind = 'table' and not r.is_partitioned and r.has_row_security
)

select
  s.kind, s.identity,
  format(
    '%s sequential scans of it since %s, of %s rows each on average: a query whose conditions no '
    'index serves, or an index that row security does not let it use.',
    s.scans, coalesce(c.since::date::text, 'nobody knows when'), s.tuples / s.scans
  ) as detail,
  '' as fix
from scans as s
cross join counters as c
where s.scans >= 1000 and s.tuples >= s.scans * 10000
