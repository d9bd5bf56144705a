-- A function that policies, or triggers of requests, call has no search path of its own.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: who asks decides what it finds, and so what the policy or the trigger decides. A trigger of
--      a table that requests cannot write runs for nobody whom it is to bind. Security definers
--      have a lint of their own.
-- Level: warning
-- Category: security
-- uses: search_paths, helpers, privileges
with fired as (
  select distinct t.tgfoid as function
  from pg_catalog.pg_trigger as t
  inner join privileges as p on t.tgrelid = p.relation
  where not t.tgisinternal and p.privilege in ('insert', 'update', 'delete', 'truncate')
)

select
  'function' as kind, s.identity,
  format(
    'It has no search path of its own, so who asks decides what it finds, and %s call it.',
    case
      when f.function is not null and h.oid is not null then 'policies and triggers'
      when f.function is not null then 'triggers'
      else 'policies'
    end
  ) as detail,
  format('alter routine %s set search_path = pg_catalog, %I, pg_temp;', s.identity, s.schema) as fix
from search_paths as s
left join helpers as h on s.oid = h.oid
left join fired as f on s.oid = f.function
where s.path is null and not s.is_definer and (f.function is not null or h.oid is not null)
