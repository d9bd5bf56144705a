-- A policy lets requests reach every row: its condition is always true.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: permissive policies are joined with OR, so one of them is enough. The policies of roles that
--      no request acts as, such as one for backups, are not meant.
-- Level: error
-- Category: security
-- uses: policies, truths
with conditions as (
  select
    t.policy, bool_or(t.truth) filter (where t.clause = 'using') as using_truth,
    bool_or(t.truth) filter (where t.clause = 'check') as check_truth
  from truths as t
  group by t.policy
)

select
  'policy' as kind, p.identity,
  case
    when c.using_truth is not true
      then 'Its WITH CHECK is always true: requests may write rows of every tenant.'
    when p.command = 'all' then 'Its USING is always true: requests read and write every row.'
    else format('Its USING is always true: requests may %s every row.', p.command)
  end as detail,
  case
    when c.check_truth and p.using_text is not null and c.using_truth is null
      then format('alter policy %s with check (%s);', p.target, p.using_text)
    else format('drop policy %s;', p.target)
  end as fix
from policies as p
inner join conditions as c on p.oid = c.policy and (c.using_truth or c.check_truth)
where p.is_permissive and p.is_for_requests
