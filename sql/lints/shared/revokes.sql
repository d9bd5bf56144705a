-- Return the statement that takes all grants on a relation or sequence from requests.
--      (relation, statement)
-- Flow: read by lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: on the whole relation it takes those on its columns with it.
-- uses: grants
select
  g.relation, format(
    'revoke all on %s%s from %s;',
    case c.relkind when 'S' then 'sequence ' else '' end,
    format('%s.%I', c.relnamespace::regnamespace, c.relname),
    string_agg(distinct g.grantee_name, ', ')
  ) as statement
from grants as g
inner join pg_catalog.pg_class as c on g.relation = c.oid
group by g.relation, c.oid, c.relkind, c.relnamespace, c.relname
