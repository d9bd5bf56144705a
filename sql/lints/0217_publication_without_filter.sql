-- A publication sends the rows of every tenant.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: row security is not asked about what is replicated; only a row filter keeps rows back. That
--      is right for a copy of the whole, so it is to know.
-- Level: info
-- Category: security
-- uses: relations
with sent as (
  select p.oid, r.identity
  from pg_catalog.pg_publication as p
  inner join relations as r on p.puballtables and r.has_row_security
  union
  select p.oid, r.identity
  from pg_catalog.pg_publication as p
  inner join pg_catalog.pg_publication_namespace as n on p.oid = n.pnpubid
  inner join pg_catalog.pg_class as c on n.pnnspid = c.relnamespace
  inner join relations as r on c.oid = r.oid and r.has_row_security
  union
  select t.prpubid, r.identity
  from pg_catalog.pg_publication_rel as t
  inner join relations as r on t.prrelid = r.oid and r.has_row_security
  where t.prqual is null
)

select
  'publication' as kind, quote_ident(p.pubname) as identity,
  format(
    'It sends all rows of %s, whatever their policies say.',
    string_agg(s.identity, ', ' order by s.identity)
  ) as detail,
  '' as fix
from pg_catalog.pg_publication as p
inner join sent as s on p.oid = s.oid
where p.pubinsert or p.pubupdate
group by p.oid, p.pubname
