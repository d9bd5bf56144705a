-- A view shows requests rows of every tenant: it reads with the rights of its owner.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: row security asks about the owner of the view, and does not bind it. A view that asks itself
--      who is there, as in `where org_id = (select app.org_id())`, does it on purpose; one that
--      shows it as a column keeps nothing back.
-- Level: error
-- Category: security
-- uses: owner_views
select
  'view' as kind, v.identity,
  format(
    'It reads %s as its owner %s, so row security keeps nothing back: it shows everybody''s rows.',
    v.exempt, v.owner_name
  ) as detail,
  format('alter view %s set (security_invoker = true);', v.identity) as fix
from owner_views as v
where not v.asks
