-- The server lacks a release that closes a hole in row security.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the best policies are as good as the server that asks them. A major version that a hole does
--      not name never had it. `orgscope doctor` has the same table: a test compares the two.
-- Level: warning
-- Category: security
with holes (cve, major, minor) as (
  values
  ('CVE-2023-2455', 15, 3),
  ('CVE-2023-39418', 15, 4),
  ('CVE-2024-10976', 15, 9),
  ('CVE-2024-10976', 16, 5),
  ('CVE-2024-10976', 17, 1),
  ('CVE-2025-8713', 15, 14),
  ('CVE-2025-8713', 16, 10),
  ('CVE-2025-8713', 17, 6),
  ('CVE-2026-14666', 15, 19),
  ('CVE-2026-14666', 16, 15),
  ('CVE-2026-14666', 17, 11),
  ('CVE-2026-14666', 18, 6)
),

server as (
  select v.number / 10000 as major, v.number % 10000 as minor
  from (values (current_setting('server_version_num')::integer)) as v (number)
)

select
  'server' as kind, 'PostgreSQL' as identity,
  format(
    '%s.%s lacks what closes %s. Upgrade to %s.%s or later.', s.major, s.minor,
    string_agg(h.cve, ', ' order by h.minor), s.major, max(h.minor)
  ) as detail,
  '' as fix
from server as s
inner join holes as h on s.major = h.major and s.minor < h.minor
group by s.major, s.minor
