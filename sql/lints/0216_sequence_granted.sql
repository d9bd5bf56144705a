-- A sequence of a table under row security is granted to requests.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: no policy is asked about a sequence. SELECT tells how many rows all tenants made, UPDATE
--      sets it back, so that everybody's inserts fail. USAGE counts where nobody needs it: for an
--      identity column, or where requests do not insert.
-- Level: warning
-- Category: security
-- uses: schemas, relations, request_roles, privileges, grants
with used as (
  select distinct q.oid, r.oid as relation, r.identity, d.deptype = 'i' as is_identity
  from pg_catalog.pg_class as q
  inner join pg_catalog.pg_depend as d
    on q.oid = d.objid and d.classid = 'pg_class'::regclass and d.refclassid = d.classid
    and d.deptype in ('a', 'i')
  inner join relations as r on d.refobjid = r.oid and r.has_row_security
  where q.relkind = 'S'
),

held as (
  select u.oid, u.relation, u.identity, lower(k.privilege) as privilege
  from used as u
  inner join pg_catalog.pg_class as c on u.oid = c.oid
  inner join schemas as s on c.relnamespace = s.oid
  cross join (values ('SELECT'), ('UPDATE'), ('USAGE')) as k (privilege)
  inner join request_roles as q
    on has_schema_privilege(q.oid, s.oid, 'USAGE')
    and has_sequence_privilege(q.oid, u.oid, k.privilege)
  where k.privilege <> 'USAGE' or u.is_identity or u.relation not in (
    select p.relation from privileges as p where p.privilege = 'insert'
  )
)

select
  'sequence' as kind, h.oid::regclass::text as identity,
  format(
    'It counts the rows of %s for all tenants, and requests have %s on it.', h.identity,
    string_agg(distinct upper(h.privilege), ', ')
  ) as detail,
  coalesce((
    select format(
      'revoke %s on sequence %s from %s;', string_agg(distinct g.privilege, ', '),
      h.oid::regclass, string_agg(distinct g.grantee_name, ', ')
    )
    from grants as g
    where g.relation = h.oid and g.privilege = any(array_agg(h.privilege))
    having count(*) > 0
  ), '') as fix
from held as h
group by h.oid, h.identity
