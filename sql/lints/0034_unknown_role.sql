-- A policy, or a function that it calls, asks for a role that does not exist: the answer is no.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: meant are current_user, session_user, the setting role, and auth.role(), whose value
--      PostgREST uses for SET ROLE. A typing mistake in the name looks like a table without rows.
-- Level: warning
-- Category: security
-- uses: policies, helpers, nodes, settings
with asking as (
  select n.tree, n.place
  from nodes as n
  left join pg_catalog.pg_proc as f on n.function = f.oid and f.proname = 'role'
  left join pg_catalog.pg_namespace as s on f.pronamespace = s.oid and s.nspname = 'auth'
  where n.node = 'SQLVALUEFUNCTION' and n.variant in ('9', '10', '11', '12')
    or n.node = 'FUNCEXPR' and s.oid is not null
  union
  select s.tree, s.place
  from settings as s
  where s.tree is not null and s.name in ('role', 'request.jwt.claim.role')
),

-- A constant of type name is 64 bytes, and text is text.
asked as (
  select n.object, n.clause = 'body' as is_body, case
    when n.type <> 'name'::regtype then n.constant
    else (
      select convert_from(
        decode(string_agg(lpad(to_hex(b.byte::integer & 255), 2, '0'), '' order by b.place), 'hex'),
        getdatabaseencoding()
      )
      from string_to_table(split_part(rtrim(n.constant), '[ ', 2), ' ')
        with ordinality as b (byte, place)
      where b.byte <> '0'
    )
  end as name
  from asking as a
  inner join nodes as e
    on a.tree = e.tree and a.place > e.place and a.place < e.ends
    and e.node in ('OPEXPR', 'SCALARARRAYOPEXPR') and e.operator in ('=', '<>')
  inner join nodes as n
    on e.tree = n.tree and e.place < n.place and e.ends > n.place and n.node = 'CONST'
    and n.type in ('text'::regtype, 'name'::regtype)
  left join nodes as f
    on n.tree = f.tree and n.parent = f.place and f.node = 'FUNCEXPR'
  where f.tree is null
)

select
  o.kind, o.identity,
  format(
    'It asks whether the role is %s, and there is no such role.',
    string_agg(distinct quote_literal(a.name), ', ')
  ) as detail,
  '' as fix
from (
  select 'policy' as kind, p.oid, p.identity from policies as p
  union all
  select 'function', h.oid, h.identity from helpers as h
) as o
inner join asked as a on o.oid = a.object and (o.kind = 'function') = a.is_body
where a.name not in ('none', '')
  and a.name not in (select r.rolname::text from pg_catalog.pg_roles as r)
group by o.kind, o.identity
