-- Nobody reads a replication slot.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the server keeps what was not read until its disk is full, and dead rows with it. It is a
--      warning from where it keeps more than max_wal_size; less may be a reader that comes back.
-- Level: warning
-- Category: performance
select
  'replication slot' as kind, quote_ident(s.slot_name) as identity,
  format(
    'Nobody reads it, and the server keeps the log for it from %s on (%s).', s.restart_lsn,
    s.wal_status
  ) as detail,
  '' as fix,
  case s.wal_status when 'reserved' then 'info' else 'warning' end as level
from pg_catalog.pg_replication_slots as s
where not s.active and not s.temporary and s.restart_lsn is not null
  and (s.database is null or s.database = current_database())
