-- An index does what another one does too.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the other has the same columns, classes, collations, order and predicate, or begins with
--      them. One that keeps rows unique is only spared by one that keeps the same unique. Of two
--      that are alike the primary key stays, then the one of a constraint, then the older one. To
--      know, where it begins with them: the shorter one is smaller.
-- Level: warning
-- Category: performance
-- uses: relations, indexes
with pairs as (
  select i.oid, o.identity as other, i.definition = o.definition as is_alike
  from indexes as i
  inner join indexes as o
    on i.relation = o.relation and i.method = o.method and i.oid <> o.oid
    and i.definition = trim_array(
      o.definition, greatest(cardinality(o.definition) - cardinality(i.definition), 0)
    )
    and i.predicate is not distinct from o.predicate
    and i.further <@ (o.keys || o.further)
  where i.is_valid and o.is_valid
    and not i.is_marked and not i.is_partition and not i.is_exclusion
    and (i.method = 'btree' or i.definition = o.definition)
    and (
      not i.is_unique
      or i.definition = o.definition and o.is_unique and o.is_immediate
      and i.is_nulls_not_distinct = o.is_nulls_not_distinct
    )
    and (
      i.definition <> o.definition or i.is_unique <> o.is_unique
      or not o.further <@ (i.keys || i.further)
      or (not i.is_primary, i.constraint_name is null, i.oid)
      > (not o.is_primary, o.constraint_name is null, o.oid)
    )
),

redundant as (
  select
    p.oid, bool_or(p.is_alike) as is_alike,
    coalesce(
      string_agg(p.other, ', ' order by p.other) filter (where p.is_alike),
      string_agg(p.other, ', ' order by p.other)
    ) as others
  from pairs as p
  group by p.oid
)

select
  'index' as kind, i.identity,
  format(
    case
      when d.is_alike then 'It does no more than %s.'
      else 'Searches by it can use %s, which begins with its columns.'
    end, d.others
  ) as detail,
  case
    -- A foreign key refers to it: drop that first, or rather the other index.
    when exists (
      select from pg_catalog.pg_constraint as k where k.conindid = i.oid and k.contype = 'f'
    ) then ''
    when i.constraint_name is null then format('drop index %s;', i.identity)
    else format('alter table %s drop constraint %I;', r.identity, i.constraint_name)
  end as fix,
  case when d.is_alike then 'warning' else 'info' end as level
from redundant as d
inner join indexes as i on d.oid = i.oid
inner join relations as r on i.relation = r.oid
