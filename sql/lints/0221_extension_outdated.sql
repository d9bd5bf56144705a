-- An extension is older than the one that the server has.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: an upgrade of the server brings the files, and the database keeps the old objects, with the
--      holes that were closed. Only what can be updated is named, so no newer version is.
-- Level: info
-- Category: security
select
  'extension' as kind, quote_ident(e.extname) as identity,
  format('It is version %s, and the server has %s.', e.extversion, a.default_version) as detail,
  format('alter extension %I update;', e.extname) as fix
from pg_catalog.pg_extension as e
inner join pg_catalog.pg_available_extensions as a on e.extname = a.name
where e.extversion <> a.default_version and exists (
  select from pg_extension_update_paths(e.extname) as p
  where p.source = e.extversion and p.target = a.default_version and p.path is not null
)
