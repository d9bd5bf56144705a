-- A policy has the name of something unfinished.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: whoever reviews the access to a table reads names first. A word counts where it is a whole
--      word of the name; `temp`, `draft` and `test` mean things of an application as well, and
--      count only as all of it.
-- Level: info
-- Category: security
-- uses: policies
select
  'policy' as kind, p.identity,
  'Its name says that it is unfinished, or nothing at all; is it meant as it is?' as detail,
  '' as fix
from policies as p
where regexp_replace(p.name, '([a-z])([A-Z])', '\1_\2', 'g')
  ~* '(^|[^a-z])(todo|fixme|tmp|hack|xxx|debug|placeholder|deleteme)([^a-z]|$)'
  or p.name ~* '^(new|old|my|the|temp|test|draft|foo|bar|a|p)?[ _-]?(policy|rls)?[ _-]?\d*$'
