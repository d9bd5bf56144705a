-- A setting turns a policy off: one branch of its condition asks the setting, and no row.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: `… or current_setting('app.bypass') = 'on'` gives all rows to whoever sets it, and so does
--      `… or current_user_id() is null`. Of a sealed claim only `is null` counts: it cannot be
--      forged, but nobody has to have one.
-- Level: error
-- Category: security
-- uses: policies, terms, nodes, claims
select
  'policy' as kind, p.identity,
  format(
    case
      when bool_and(c.is_sealed)
        then 'Without %s one branch of its condition is true for every row.'
      else 'With %s set to the right value, one branch of its condition is true for every row.'
    end, string_agg(distinct coalesce(c.name, 'a setting whose name is made at run time'), ', ')
  ) as detail,
  '' as fix
from policies as p
inner join terms as t on p.oid = t.policy and t.is_branch
inner join claims as c
  on t.tree = c.tree and c.place between t.place and t.ends and c.is_settable and (
    not c.is_sealed
    or t.node = 'NULLTEST' and t.variant = case when t.is_negated then '1' else '0' end
  )
where p.is_permissive and p.is_for_requests and not exists (
  select from nodes as n
  where n.tree = t.tree and n.place between t.place and t.ends and n.own_column is not null
)
group by p.identity
