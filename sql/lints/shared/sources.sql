-- Return the settings that each function and view depends on, by whatever it reaches.
--      (class, object, name, is_settable, is_sealed)
-- Flow: read by claims, owner_views and lints.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: a setting is sealed where it is read within a security definer that, itself or by what it
--      calls, also reads a relation closed to requests: there is the key, or the truth, with which
--      it compares what anybody could have written. That it compares is not proven.
-- uses: edges, settings, request_roles
with recursive below as (
  select p.oid as root, 'pg_proc'::regclass::oid as class, p.oid as object
  from edges as e
  inner join pg_catalog.pg_proc as p on e.callee = p.oid and p.prosecdef
  where e.callee_class = 'pg_proc'::regclass
  union
  select b.root, e.callee_class, e.callee
  from below as b
  inner join edges as e on b.class = e.caller_class and b.object = e.caller
),

closed as (
  select c.oid
  from pg_catalog.pg_class as c
  where c.oid in (select b.object from below as b where b.class = 'pg_class'::regclass)
    and not exists (
      select from request_roles as q
      where has_table_privilege(q.oid, c.oid, 'SELECT')
        or has_any_column_privilege(q.oid, c.oid, 'SELECT')
    )
),

seals as (
  select distinct b.root as oid
  from below as b
  where b.class = 'pg_class'::regclass and b.object in (select c.oid from closed as c)
),

walk as (
  select
    e.callee_class as root_class, e.callee as root, e.callee_class as class, e.callee as object,
    e.callee_class = 'pg_proc'::regclass and e.callee in (select s.oid from seals as s) as is_sealed
  from edges as e
  union
  select
    w.root_class, w.root, e.callee_class, e.callee, w.is_sealed
    or e.callee_class = 'pg_proc'::regclass and e.callee in (select s.oid from seals as s)
  from walk as w
  inner join edges as e on w.class = e.caller_class and w.object = e.caller
)

select distinct
  w.root_class as class, w.root as object, s.name, s.is_settable, w.is_sealed
from walk as w
inner join settings as s on w.class = s.class and w.object = s.object
