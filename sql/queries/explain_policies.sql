-- Return the policies of a table, with what they call and read.
-- Flow: read by `orgscope policy explain`; $1 is the table, $2 the request role. Never installed.
-- Runs as: orgscope_admin, after authz.begin_privileged; reads pg_catalog only.
-- Raises: nothing.
-- Why: what a policy calls is followed through the catalogue: a body that is a tree can be
--      evaluated with other claims, and one that is text cannot.
with recursive policies as (
  select
    p.oid, p.polname, p.polpermissive, p.polcmd, p.polrelid,
    pg_get_expr(p.polqual, p.polrelid) as qual, pg_get_expr(p.polwithcheck, p.polrelid) as checks
  from pg_catalog.pg_policy as p
  where p.polrelid = to_regclass($1) and (
    0 = any(p.polroles)
    or exists (select from unnest(p.polroles) as r (oid) where pg_has_role($2, r.oid, 'usage'))
  )
),

calls as (
  select p.oid as policy, d.refobjid as direct, d.refobjid as oid
  from policies as p
  inner join pg_catalog.pg_depend as d
    on p.oid = d.objid and d.classid = 'pg_policy'::regclass and d.refclassid = 'pg_proc'::regclass
  union
  select c.policy, c.direct, d.refobjid
  from calls as c
  inner join pg_catalog.pg_depend as d
    on c.oid = d.objid and d.classid = 'pg_proc'::regclass and d.refclassid = 'pg_proc'::regclass
),

functions as (
  select
    c.policy, format('%I.%I', n.nspname, f.proname) as name,
    case when f.pronargs = 0 then pg_get_function_sqlbody(f.oid) end as body,
    (select bool_or(g.prosqlbody is null or g.pronamespace = 'authz'::regnamespace)
     from calls as b
     inner join pg_catalog.pg_proc as g on b.oid = g.oid
     where b.policy = c.policy and b.direct = c.direct) as is_opaque
  from calls as c
  inner join pg_catalog.pg_proc as f on c.oid = f.oid and c.oid = c.direct
  inner join pg_catalog.pg_namespace as n on f.pronamespace = n.oid and n.nspname <> 'authz'
)

select
  p.polname::text, p.polpermissive, p.polcmd::text, p.qual, coalesce(p.checks, p.qual),
  coalesce(
    (select jsonb_agg(jsonb_build_array(f.name, f.body, f.is_opaque) order by f.name)
     from functions as f where f.policy = p.oid), '[]'
  ),
  array(
    select distinct d.refobjid::regclass::text
    from pg_catalog.pg_depend as d
    where d.objid = p.oid and d.classid = 'pg_policy'::regclass
      and d.refclassid = 'pg_class'::regclass and d.refobjid <> p.polrelid
    order by d.refobjid::regclass::text
  )
from policies as p
order by p.polpermissive desc, p.polname asc
