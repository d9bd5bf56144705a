-- A role that requests use is one that row security does not bind, or can become one.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: an error for whom a request acts as; a warning for a login that can become that role, for a
--      request can RESET ROLE; to know where nobody said who acts for requests. A way leads through
--      SET ROLE, ADMIN, by which a role lets itself in, and rights that are inherited, as an
--      owner's are; attributes, as BYPASSRLS, are not.
-- Level: error
-- Category: security
-- uses: actors, strong_roles
with paths as (
  select
    a.oid, a.name, s.oid as strong, s.name as strong_name, s.meaning,
    case
      when s.attributes = '{}' and pg_has_role(a.oid, s.oid, 'USAGE') then 'it has the rights of'
      when pg_has_role(a.oid, s.oid, case
        when current_setting('server_version_num')::integer < 160000 then 'MEMBER' else 'SET'
      end) then 'it can SET ROLE to'
      when pg_has_role(a.oid, s.oid, 'MEMBER WITH ADMIN OPTION') then 'it can let itself into'
    end as words
  from actors as a
  inner join pg_catalog.pg_roles as r on a.oid = r.oid and not r.rolsuper
  inner join strong_roles as s on a.oid <> s.oid
),

ways as (
  select
    a.oid, 'it ' || s.meaning as way,
    case when s.attributes <> '{}' then format(
      'alter role %I no%s;', a.name, array_to_string(s.attributes, ' no')
    ) end as fix
  from actors as a
  inner join strong_roles as s on a.oid = s.oid
  union all
  select
    p.oid, format('%s %I, which %s', p.words, p.strong_name, p.meaning),
    case when exists (
      select from pg_catalog.pg_auth_members as m where p.oid = m.member and p.strong = m.roleid
    ) then format('revoke %I from %I;', p.strong_name, p.name) end
  from paths as p
  where p.words is not null
)

select
  'role' as kind, quote_ident(a.name) as identity,
  format(
    case
      when a.is_request then 'Requests act as it, and row security is no bound: %s.'
      else 'A request that it let in can RESET ROLE, and row security is no bound: %s.'
    end, string_agg(w.way, '; ' order by w.way)
  ) as detail,
  case when count(*) = count(w.fix) then string_agg(w.fix, ' ' order by w.fix) else '' end as fix,
  case
    when bool_and(a.is_guessed) then 'info' when a.is_request then 'error' else 'warning'
  end as level
from actors as a
inner join ways as w on a.oid = w.oid
group by a.oid, a.name, a.is_request
