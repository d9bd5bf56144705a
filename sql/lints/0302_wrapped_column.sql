-- A policy wraps a column in a function or a cast, so that no index finds its rows.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: an index has the column, and not what a function makes of it. It is no matter where another
--      column of the same policy is compared as it is, or an index has an expression of the column.
-- Level: warning
-- Category: performance
-- uses: policies, searches, indexes
select
  'policy' as kind, p.identity,
  format(
    'No index finds its rows: %s. Every row of all tenants is read, and asked.',
    string_agg(distinct format('%s stands in %s', s.name, s.wrapper), ', '
               order by format('%s stands in %s', s.name, s.wrapper))
  ) as detail,
  '' as fix
from policies as p
inner join searches as s on p.oid = s.policy
left join indexes as i on s.relation = i.relation and i.expressions is not null
left join pg_catalog.pg_depend as d
  on i.oid = d.objid and d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass
  and s.relation = d.refobjid and s.attnum = d.refobjsubid
  and not (s.attnum = any(i.keys || i.further))
group by p.identity
having not bool_or(s.is_bare) and count(d.objid) = 0
