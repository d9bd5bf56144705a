-- Return of relations what a deployment does not record, as (schema, kind, identity, definition).
-- Flow: read by `migrate` before it adopts, beside the catalogue; $1 are the schemas.
-- Runs as: the caller; reads pg_catalog only. Never installed.
-- Raises: nothing.
-- Why: what was made by hand may differ where revisions, which only add, never do.
with relations as (
  select c.oid, c.relkind, c.relreplident, n.nspname,
    format('%I.%I', n.nspname, c.relname) as identity
  from pg_catalog.pg_class as c
  inner join pg_catalog.pg_namespace as n on c.relnamespace = n.oid
  where n.nspname = any($1) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
)

select r.nspname as schema_name, 'order of the columns of' as kind, r.identity,
  (select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
   from pg_catalog.pg_attribute as a
   where a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped) as definition
from relations as r
where r.relkind <> 'S'
union all
select r.nspname, 'parents of', r.identity,
  string_agg(h.inhparent::regclass::text, ', ' order by h.inhseqno)
from relations as r
inner join pg_catalog.pg_inherits as h on r.oid = h.inhrelid
group by r.nspname, r.identity
union all
select r.nspname, 'replica identity of', r.identity,
  r.relreplident::text || coalesce(
    (select ' ' || i.indexrelid::regclass::text from pg_catalog.pg_index as i
     where i.indrelid = r.oid and i.indisreplident), '')
from relations as r
where r.relkind in ('r', 'p')
union all
select r.nspname, 'sequence', r.identity,
  format('%s from %s by %s, %s to %s, cache %s%s%s', format_type(s.seqtypid, null), s.seqstart,
    s.seqincrement, s.seqmin, s.seqmax, s.seqcache, case when s.seqcycle then ', cycle' end,
    (select format(', owned by %s.%I', d.refobjid::regclass, a.attname)
     from pg_catalog.pg_depend as d
     inner join pg_catalog.pg_attribute as a on d.refobjid = a.attrelid and d.refobjsubid = a.attnum
     where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = r.oid
       and d.refclassid = 'pg_catalog.pg_class'::regclass and d.deptype in ('a', 'i')))
from relations as r
inner join pg_catalog.pg_sequence as s on r.oid = s.seqrelid
union all
select n.nspname, 'statistics', format('%I.%I', n.nspname, x.stxname),
  pg_get_statisticsobjdef(x.oid)
from pg_catalog.pg_statistic_ext as x
inner join pg_catalog.pg_namespace as n on x.stxnamespace = n.oid
where n.nspname = any($1)
union all
select n.nspname, 'aggregate', p.oid::regprocedure::text,
  format('%s %s %s %s %s %s', a.aggtransfn, a.aggfinalfn, a.aggtranstype::regtype, a.agginitval,
    a.aggkind, a.aggcombinefn)
from pg_catalog.pg_aggregate as a
inner join pg_catalog.pg_proc as p on a.aggfnoid = p.oid
inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
where n.nspname = any($1)
