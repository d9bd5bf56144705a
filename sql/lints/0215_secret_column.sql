-- Requests may read a column whose name is that of a secret.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: row security keeps rows back, and no column: everybody of the same tenant reads it. A revoke
--      on one column does nothing against a grant on the table, so the fix grants the others.
-- Level: warning
-- Category: security
-- uses: relations, privileges, grants
with secrets as (
  select distinct r.oid, r.kind, r.identity, a.attnum, quote_ident(a.attname) as name
  from relations as r
  inner join privileges as p on r.oid = p.relation and p.privilege = 'select'
  inner join pg_catalog.pg_attribute as a
    on r.oid = a.attrelid and a.attnum > 0 and not a.attisdropped
  inner join pg_catalog.pg_type as t on a.atttypid = t.oid
  where (t.typcategory = 'S' or t.oid = 'bytea'::regtype)
    and (p.is_whole or has_column_privilege(p.role, r.oid, a.attnum, 'SELECT'))
    and lower(a.attname) ~ (
      '(^|_)(password|passwd|pwd|passphrase|secret|token|totp|otp|cvv|cvc|ssn|credit_?card|'
      'card_?number|(api|private|secret|access|signing|encryption)_?key|(mfa|totp|otp)_?seed)'
      '_?(hash|digest|encrypted|enc|salt)?$'
    )
),

found as (
  select
    s.oid, s.kind, s.identity, array_agg(s.attnum) as attnums,
    string_agg(s.name, ', ' order by s.attnum) as names,
    (
      select ' grant select (' || string_agg(quote_ident(a.attname), ', ' order by a.attnum) || ')'
      from pg_catalog.pg_attribute as a
      where a.attrelid = s.oid and a.attnum > 0 and not a.attisdropped
        and a.attnum <> all(array_agg(s.attnum))
    ) as instead
  from secrets as s
  group by s.oid, s.kind, s.identity
),

revoked as (
  select distinct f.oid, case
    when g.attnum > 0
      then format('revoke select (%s) on %s from %s;', f.names, f.identity, g.grantee_name)
    else format('revoke select on %s from %s;', f.identity, g.grantee_name)
      || coalesce(f.instead || format(' on %s to %s;', f.identity, g.grantee_name), '')
  end as statement
  from found as f
  inner join grants as g
    on f.oid = g.relation and g.privilege = 'select' and (g.attnum = 0 or g.attnum = any(f.attnums))
)

select
  f.kind, f.identity,
  format('Requests may read %s, which by its name is a secret.', f.names) as detail,
  coalesce((
    select string_agg(v.statement, ' ') from revoked as v where v.oid = f.oid
  ), '') as fix
from found as f
