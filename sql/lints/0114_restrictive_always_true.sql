-- A restrictive policy restricts nothing: its condition is always true.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: it looks like a floor below all other policies, and the next one is written with less care.
-- Level: warning
-- Category: security
-- uses: policies, truths
select
  'policy' as kind, p.identity,
  'It is restrictive and always true, so it takes no row from anybody.' as detail,
  format('drop policy %s;', p.target) as fix
from policies as p
inner join truths as t on p.oid = t.policy
where not p.is_permissive
group by p.identity, p.target
having bool_and(t.truth is true)
