-- A policy says again what another policy of the table says.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: whoever changes one leaves the other, and of permissive ones the wider decides. The other
--      has the same condition, is for the same command or for all, and for the same roles or more.
--      Of two that are alike the one that comes later by name is named.
-- Level: warning
-- Category: security
-- uses: policies
with conditions as (
  select
    p.*, p.using_text as reads, case
      when p.command in ('insert', 'update', 'all') then coalesce(p.check_text, p.using_text)
    end as writes
  from policies as p
),

covered as (
  select p.oid, o.oid as other
  from conditions as p
  inner join conditions as o
    on p.relation = o.relation and p.oid <> o.oid and p.is_permissive = o.is_permissive
    and o.command in (p.command, 'all') and (o.is_for_public or p.roles <@ o.roles)
    and (p.command = 'insert' or p.reads = o.reads)
    and (p.command in ('select', 'delete') or p.writes = o.writes)
)

select
  'policy' as kind, p.identity,
  format('It says again what %s says.', string_agg(quote_ident(o.name), ', ' order by o.name))
    as detail,
  format('drop policy %s;', p.target) as fix
from covered as c
inner join policies as p on c.oid = p.oid
inner join policies as o on c.other = o.oid
left join covered as b on c.oid = b.other and c.other = b.oid
where b.oid is null or p.name > o.name
group by p.identity, p.target
