-- An extension has put its objects into schema public.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: its functions stand beside yours, where a gateway serves them and PUBLIC may execute them,
--      and where a name of yours can clash with the next version. An extension that is not
--      relocatable must be made anew.
-- Level: info
-- Category: security
-- uses: schemas
select
  'extension' as kind, quote_ident(e.extname) as identity,
  'It has put its objects into schema public, where requests find them.' as detail,
  case when e.extrelocatable then format(
    'create schema if not exists extensions; alter extension %I set schema extensions;', e.extname
  ) else '' end as fix
from pg_catalog.pg_extension as e
inner join schemas as s on e.extnamespace = s.oid and s.name = 'public'
