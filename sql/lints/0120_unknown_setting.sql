-- A policy reads a setting that nobody can set: its name has no prefix.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: PostgreSQL takes settings of one's own only with a prefix, as in app.org_id. Without one the
--      value is always null, or reading it fails, so no row is let through.
-- Level: warning
-- Category: security
-- uses: policies, settings, helpers
select
  r.kind, r.identity,
  format(
    'It reads %s, which is no setting of the server and has no prefix, so nobody can set it.',
    string_agg(distinct r.name, ', ')
  ) as detail,
  '' as fix
from (
  select 'policy' as kind, p.identity, s.name
  from settings as s
  inner join policies as p on s.class = 'pg_policy'::regclass and s.object = p.oid
  union all
  select 'function', h.identity, s.name
  from settings as s
  inner join helpers as h on s.class = 'pg_proc'::regclass and s.object = h.oid
) as r
where strpos(r.name, '.') = 0
  and r.name not in ('role', 'session_authorization', 'is_superuser', 'seed')
  and not exists (select from pg_catalog.pg_settings as g where lower(g.name) = r.name)
group by r.kind, r.identity
