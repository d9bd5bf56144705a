-- A security definer that policies call is owned by a role that no policy binds.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: whatever it reads, it reads of all tenants, and only its own conditions keep them apart. An
--      owner without BYPASSRLS, with a policy of its own on the one table that it needs, bounds
--      what a mistake in it shows.
-- Level: info
-- Category: security
-- uses: helpers
select
  'function' as kind, h.identity,
  format('It runs as %s, %s.', h.owner_name, case
    when r.rolsuper then 'a superuser' else 'who bypasses row security'
  end) as detail,
  '' as fix
from helpers as h
inner join pg_catalog.pg_roles as r on h.owner = r.oid and (r.rolsuper or r.rolbypassrls)
where h.is_definer
