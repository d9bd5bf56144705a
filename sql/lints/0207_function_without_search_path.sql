-- A function that policies or triggers call has no search path of its own.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: who asks decides what it finds, and so what the policy or the trigger decides. Security
--      definers have a lint of their own.
-- Level: warning
-- Category: security
-- uses: search_paths, helpers
select
  'function' as kind, s.identity,
  format(
    'It has no search path of its own, so who asks decides what it finds, and %s call it.',
    case
      when s.is_trigger and h.oid is not null then 'policies and triggers'
      when s.is_trigger then 'triggers'
      else 'policies'
    end
  ) as detail,
  format('alter routine %s set search_path = pg_catalog, %I, pg_temp;', s.identity, s.schema) as fix
from search_paths as s
left join helpers as h on s.oid = h.oid
where s.path is null and not s.is_definer and (s.is_trigger or h.oid is not null)
