-- Row security does not bind the owner of a table, as whom somebody logs in.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: an error where a request is the owner or can become it with SET ROLE; a warning where
--      another login is or can. Only tables with a policy that tells rows apart count. An owner
--      that bypasses row security anyway is not bound by FORCE either.
-- Level: error
-- Category: security
-- uses: relations, request_roles, policies, truths
select
  r.kind, r.identity,
  format(
    'Row security is not forced, so its owner %s sees and writes every row, and %s can act as it.',
    r.owner_name, string_agg(l.rolname::text, ', ' order by l.rolname)
  ) as detail,
  format('alter table %s force row level security;', r.identity) as fix,
  case when bool_or(q.oid is not null) then 'error' else 'warning' end as level
from relations as r
inner join pg_catalog.pg_roles as o
  on r.owner = o.oid and not o.rolsuper and not o.rolbypassrls
inner join pg_catalog.pg_roles as l on not l.rolsuper and pg_has_role(l.oid, o.oid, 'MEMBER')
left join request_roles as q on l.oid = q.oid
where r.has_row_security and not r.is_forced and (l.rolcanlogin or q.oid is not null)
  and r.oid in (
    select p.relation
    from policies as p
    inner join truths as t on p.oid = t.policy and t.truth is null
  )
group by r.kind, r.identity, r.owner_name
