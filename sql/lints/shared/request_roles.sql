-- Return the roles that a stranger's request may act as.
--      (oid, name, is_connection, is_guessed)
-- Flow: read by privileges and policies; `--role` names them.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: the first group that is there counts: those given; orgscope's; Supabase's; else every role
--      that owns nothing and does not bypass row security, a guess. PUBLIC, with oid 0, always
--      counts. In its own login (is_connection) a request is only after RESET ROLE: what is granted
--      to the login counts, and the policies for it are for the process.
-- uses: given, schemas
with owners as (
  select c.relowner as owner
  from pg_catalog.pg_class as c
  inner join schemas as s on c.relnamespace = s.oid
  union
  select p.proowner
  from pg_catalog.pg_proc as p
  inner join schemas as s on p.pronamespace = s.oid
  union
  select n.nspowner
  from pg_catalog.pg_namespace as n
  inner join schemas as s on n.oid = s.oid
),

candidates as (
  select
    r.oid, r.rolname, g.role_prefix, case
      when g.roles is not null then case when r.rolname = any(g.roles) then 1 end
      when r.rolname in (g.role_prefix || '_user', g.role_prefix || '_api', g.role_prefix || '_job')
        and exists (
          select from pg_catalog.pg_proc as p
          inner join pg_catalog.pg_namespace as n on p.pronamespace = n.oid
          where n.nspname = 'authz' and p.proname = 'sealed_claims'
        ) then 2
      when r.rolname in ('anon', 'authenticated') then 3
      when not r.rolsuper and not r.rolbypassrls and r.rolname !~ '^pg_'
        and r.oid not in (select o.owner from owners as o) then 4
    end as choice
  from pg_catalog.pg_roles as r
  cross join given as g
)

select
  c.oid, c.rolname::text as name, c.choice = 2 and c.rolname <> c.role_prefix || '_user'
    as is_connection, c.choice = 4 as is_guessed
from candidates as c
where c.choice = (select min(f.choice) from candidates as f)
union all
select 0, 'public', false, false
