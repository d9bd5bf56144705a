-- Find the sessions that were over long ago, so that they can be let go.
-- breaking: no

-- squawk-ignore require-concurrent-index-creation
create index sessions_over_at_idx on workos.sessions (least(deleted_at, expires_at, ended_at));
