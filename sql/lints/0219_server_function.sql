-- Requests may execute functions that reach beyond this database, or disturb and watch others.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: no policy is asked about these. The server's files are an error; connections and requests
--      from the server's own address a warning; and what PostgreSQL leaves open to PUBLIC is to
--      know: locks that exhaust shared memory, large objects, SQL as text, other sessions.
-- Level: error
-- Category: security
-- uses: request_roles
with harmful as (
  select
    p.oid, 'function' as kind, p.oid::regprocedure::text as identity, 'error' as level,
    'the files of the server' as harm
  from pg_catalog.pg_proc as p
  where p.pronamespace = 'pg_catalog'::regnamespace and p.proname in (
    'pg_read_file', 'pg_read_binary_file', 'pg_stat_file', 'pg_ls_dir', 'lo_import', 'lo_export'
  )
  union all
  select p.oid, 'extension', quote_ident(e.extname), x.level, x.harm
  from pg_catalog.pg_extension as e
  inner join (
    values
    ('dblink', 'warning', 'other servers and, where this one trusts itself, other roles'),
    ('http', 'warning', 'whatever the server can connect to'),
    ('pg_net', 'warning', 'whatever the server can connect to'),
    ('pg_stat_statements', 'info', 'how often everybody''s statements were run')
  ) as x (name, level, harm) on e.extname = x.name
  inner join pg_catalog.pg_depend as d
    on e.oid = d.refobjid and d.refclassid = 'pg_extension'::regclass
    and d.classid = 'pg_proc'::regclass and d.deptype = 'e'
  inner join pg_catalog.pg_proc as p on d.objid = p.oid
  union all
  select
    p.oid, 'schema', 'pg_catalog', 'info',
    'locks, large objects, SQL as text and other sessions, as PostgreSQL has it'
  from pg_catalog.pg_proc as p
  where p.pronamespace = 'pg_catalog'::regnamespace and (
    p.proname ~ '^pg_(try_)?advisory_(xact_)?lock(_shared)?$'
    or p.proname ~ '^lo_(?!import|export)' or p.proname in ('loread', 'lowrite')
    or p.proname ~ '^(query|table|cursor|schema|database)_to_xml'
    or p.proname in (
      'pg_terminate_backend', 'pg_cancel_backend', 'pg_stat_get_activity',
      'pg_stat_get_backend_activity', 'pg_export_snapshot', 'pg_logical_emit_message', 'pg_notify'
    )
  )
)

select
  h.kind, h.identity,
  format(
    'Requests may execute %s, and reach %s.', case h.kind when 'function' then 'it'
      else count(distinct p.oid) || ' of its functions' end, h.harm
  ) as detail,
  format(
    'revoke execute on routine %s from %s;', string_agg(distinct p.oid::regprocedure::text, ', '),
    string_agg(distinct case g.grantee
      when 0 then 'public' else quote_ident(pg_get_userbyid(g.grantee))
    end, ', ')
  ) as fix,
  h.level
from harmful as h
inner join pg_catalog.pg_proc as p on h.oid = p.oid
cross join lateral aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) as g
where exists (
  select from request_roles as q
  where has_schema_privilege(q.oid, p.pronamespace, 'USAGE')
    and (g.grantee = 0 or case when q.oid <> 0 then pg_has_role(q.oid, g.grantee, 'USAGE') end)
)
group by h.kind, h.identity, h.harm, h.level
