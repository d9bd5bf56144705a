-- A foreign key between tables of tenants does not compare the tenant.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: row security is not asked about it, so a request may point at another tenant's row, and
--      learns whether it exists. It cannot where it may not write the column, or where a WITH CHECK
--      reads the other table or hands the column to a function. There is a fix where one column is
--      shared and nothing is set to null.
-- Level: warning
-- Category: security
-- uses: tenant_references, request_roles, policies, nodes
with checked as (
  select k.oid
  from tenant_references as k
  inner join policies as p on k.child = p.relation and p.is_for_requests
  inner join nodes as v on p.oid = v.object and v.own_column = any(k.attnums)
  inner join nodes as n on v.tree = n.tree
  where (v.clause = 'check' or p.check_text is null)
    and (n.relation = k.parent or n.node = 'FUNCEXPR' and v.parent = n.place)
),

worded as (
  select
    k.*, pg_get_constraintdef(k.oid) as definition,
    format(
      'FOREIGN KEY (%s) REFERENCES %s(%s)', array_to_string(k.columns, ', '), k.parent_identity,
      array_to_string(k.parent_columns, ', ')
    ) as head,
    k.scopes || k.columns as child_key, k.scopes || k.parent_columns as parent_key,
    (
      select count(*) > 0
      from pg_catalog.pg_index as i
      where i.indrelid = k.parent and i.indisunique and i.indpred is null
        and i.indnkeyatts = cardinality(k.scopes || k.parent_columns) and array(
          select quote_ident(a.attname)
          from pg_catalog.pg_attribute as a
          where a.attrelid = i.indrelid and a.attnum = any(i.indkey)
        ) @> (k.scopes || k.parent_columns)
    ) as has_key
  from tenant_references as k
)

select
  'constraint' as kind, format('%s.%I', w.child_identity, w.name) as identity,
  format(
    'It does not compare %s, so a row may point at a row of %s that is another''s.',
    array_to_string(w.scopes, ', '), w.parent_identity
  ) as detail,
  case
    when cardinality(w.scopes) = 1 and starts_with(w.definition, w.head)
      and w.definition !~ 'SET (NULL|DEFAULT)|MATCH FULL'
      then format(
        '%1$salter table %2$s drop constraint %3$I, add constraint %3$I '
        'foreign key (%4$s) references %5$s (%6$s)%7$s;',
        case when not w.has_key then format(
          'alter table %s add unique (%s); ', w.parent_identity, array_to_string(w.parent_key, ', ')
        ) end,
        w.child_identity, w.name, array_to_string(w.child_key, ', '), w.parent_identity,
        array_to_string(w.parent_key, ', '), substr(w.definition, length(w.head) + 1)
      )
    else ''
  end as fix
from worded as w
where w.oid not in (select c.oid from checked as c) and exists (
  select from request_roles as q
  cross join lateral unnest(w.attnums) as a (attnum)
  where has_column_privilege(q.oid, w.child, a.attnum, 'INSERT')
    or has_column_privilege(q.oid, w.child, a.attnum, 'UPDATE')
)
