-- A policy never lets a row through: its condition is always false.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a permissive one adds nothing, so it is dropped; a restrictive one closes the table to its
--      roles, which a revoked grant says aloud. A policy without an expression is false as well,
--      and so is one that compares with null. An ALL policy is meant when it does nothing at all.
-- Level: warning
-- Category: security
-- uses: policies, truths
select
  'policy' as kind, p.identity,
  case
    when p.is_permissive then 'Its condition is always false, so it lets nobody do anything.'
    else 'It is restrictive and always false, so its roles reach no row, whatever else they may.'
  end as detail,
  case when p.is_permissive then format('drop policy %s;', p.target) else '' end as fix
from policies as p
inner join truths as t on p.oid = t.policy
group by p.identity, p.target, p.is_permissive, p.command
having case
  when p.is_permissive and p.command = 'all' then bool_and(t.truth is false)
  else bool_or(t.truth is false)
end
