-- A table or materialized view is not vacuumed: its storage parameters turn autovacuum off.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the parameter counts for the relation and, apart from it, for its toast table. Whether the
--      server vacuums at all is what a monitor asks: a copy made for tests has reason not to.
-- Level: warning
-- Category: performance
-- uses: relations
with options as (
  select c.oid, 'it' as what, 'autovacuum_enabled' as parameter, c.reloptions
  from pg_catalog.pg_class as c
  union all
  select c.oid, 'its toast table', 'toast.autovacuum_enabled', t.reloptions
  from pg_catalog.pg_class as c
  inner join pg_catalog.pg_class as t on c.reltoastrelid = t.oid
)

select
  r.kind, r.identity,
  format(
    'Autovacuum is off for %s: dead rows stay, statistics grow old, and one day a vacuum against '
    'wraparound comes at a time that nobody chose.',
    string_agg(o.what, ' and ' order by o.what)
  ) as detail,
  format(
    'alter %s %s reset (%s);', r.kind, r.identity,
    string_agg(o.parameter, ', ' order by o.parameter)
  ) as fix
from relations as r
inner join options as o on r.oid = o.oid
cross join lateral pg_options_to_table(o.reloptions) as p
where r.kind in ('table', 'materialized view') and p.option_name = 'autovacuum_enabled'
  and not p.option_value::boolean
group by r.kind, r.identity
