-- Return the columns by which policies tell tenants and people apart.
--      (relation, attnum, name, policy, clause): each is compared for equality with what depends on
--      a claim, or handed to a function that depends on one.
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: comparisons says which forms count. The check of an update is its using where it has no own
--      one.
-- uses: policies, comparisons
select distinct
  p.relation, c.attnum, (
    select a.attname::text from pg_catalog.pg_attribute as a
    where a.attrelid = p.relation and a.attnum = c.attnum
  ) as name, p.oid as policy, w.clause
from comparisons as c
inner join policies as p on c.policy = p.oid
cross join lateral unnest(
  case
    when c.clause = 'using' and p.command in ('update', 'all') and p.check_text is null
      then array['using', 'check']
    else array[c.clause]
  end
) as w (clause)
