-- A policy reads a setting that nobody can set: its name has no prefix.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: PostgreSQL takes settings of one's own only with a prefix, as in app.org_id. Without one the
--      value is always null, or reading it fails, so no row is let through.
-- Level: warning
-- Category: security
-- uses: settings, objects
select
  o.kind, o.identity,
  format(
    'It reads %s, which is no setting of the server and has no prefix, so nobody can set it.',
    string_agg(distinct s.name, ', ')
  ) as detail,
  '' as fix
from settings as s
inner join objects as o on s.class = o.class and s.object = o.oid
where strpos(s.name, '.') = 0
  and s.name not in ('role', 'session_authorization', 'is_superuser', 'seed')
  and not exists (select from pg_catalog.pg_settings as g where lower(g.name) = s.name)
group by o.kind, o.identity
