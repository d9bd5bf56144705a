-- Return the materialized views, and the tables under row security of which they hold rows.
--      (view, relation)
-- Flow: read by owner_views and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: what was read when it was refreshed is shown to everybody who may read it.
-- uses: relations, view_reads
with recursive below as (
  select v.view, v.relation
  from view_reads as v
  inner join relations as r on v.view = r.oid and r.kind = 'materialized view'
  union
  select b.view, v.relation
  from below as b
  inner join view_reads as v on b.relation = v.view
)

select b.view, b.relation
from below as b
inner join pg_catalog.pg_class as t on b.relation = t.oid and t.relrowsecurity
