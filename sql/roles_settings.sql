-- Give the login roles the settings that their sessions begin with.
-- Flow: run by `orgscope roles` after sql/roles.sql; doctor compares what is set.
-- Runs as: a login with CREATEROLE. Safe to run again.
-- Raises: nothing.
-- Why: what `exp` and revocation do not bound, time-outs do. A login may change its own settings,
--      so what isolation depends on is pinned by authz.begin and not here.

-- A statement that row security would filter raises in migrations and dumps, and never returns
-- less.
alter role orgscope_migrator set row_security = off;
alter role orgscope_backup set search_path = pg_catalog, pg_temp;

-- What `exp` and revocation do not bound, time-outs do; nor does a webhook wait without end.
alter role orgscope_api set statement_timeout = '30s';
alter role orgscope_api set lock_timeout = '5s';
alter role orgscope_api set idle_in_transaction_session_timeout = '30s';
alter role orgscope_api set search_path = pg_catalog, pg_temp;
alter role orgscope_sync set statement_timeout = '30s';
alter role orgscope_sync set lock_timeout = '5s';
alter role orgscope_sync set idle_in_transaction_session_timeout = '30s';
alter role orgscope_keys set statement_timeout = '30s';
alter role orgscope_keys set lock_timeout = '5s';
alter role orgscope_keys set idle_in_transaction_session_timeout = '30s';
alter role orgscope_job set lock_timeout = '5s';
alter role orgscope_job set idle_in_transaction_session_timeout = '60s';
alter role orgscope_job set search_path = pg_catalog, pg_temp;
