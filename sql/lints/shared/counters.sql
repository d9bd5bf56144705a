-- Return since when the database counts what is read: (since), null when nobody knows.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the database knows when its counters were reset by hand. A crash resets them without a word,
--      and resets those of the checkpointer with a time, which a new server has too.
select greatest(
  pg_stat_get_db_stat_reset_time(d.oid), pg_stat_get_bgwriter_stat_reset_time()
) as since
from pg_catalog.pg_database as d
where d.datname = current_database()
