-- A view that filters by a claim, and not by row security, is no security barrier.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: without the barrier PostgreSQL may ask the condition of the query before that of the view:
--      a function or a cast in it then sees the rows of others, and may tell of them.
-- Level: warning
-- Category: security
-- uses: owner_views
select
  'view' as kind, v.identity,
  format(
    'It reads %s as its owner, and its own condition keeps others'' rows back only after that of '
    'the query has seen them.', v.exempt
  ) as detail,
  format('alter view %s set (security_barrier = true);', v.identity) as fix
from owner_views as v
where v.asks and not v.is_barrier
