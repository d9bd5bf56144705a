-- Return the stored trees of the policies' expressions and of the bodies that they reach.
--      (tree, object, clause, text); the clause is using, check or body.
-- Flow: read by nodes.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a tree names functions, columns and relations by oid: no search path and no name that is
--      used twice can lead astray. Bodies are those of `begin atomic` functions and of views.
-- uses: policies, edges
select row_number() over () as tree, t.object, t.clause, t.text
from (
  select p.oid as object, c.clause, c.text
  from policies as q
  inner join pg_catalog.pg_policy as p on q.oid = p.oid
  cross join lateral (
    values ('using', p.polqual::text), ('check', p.polwithcheck::text)
  ) as c (clause, text)
  union all
  select f.oid, 'body', f.prosqlbody::text
  from pg_catalog.pg_proc as f
  where f.oid in (select e.callee from edges as e where e.callee_class = 'pg_proc'::regclass)
  union all
  select r.ev_class, 'body', r.ev_action::text
  from pg_catalog.pg_rewrite as r
  where r.rulename = '_RETURN'
    and r.ev_class in (select e.callee from edges as e where e.callee_class = 'pg_class'::regclass)
) as t
where t.text is not null
