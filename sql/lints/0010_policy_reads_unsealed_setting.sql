-- A policy believes a setting, which every session can write.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: one injected set_config is enough to be somebody else. A setting is taken as sealed where a
--      security definer reads it together with a relation that is closed to requests, such as the
--      key of a signature. What the server does not let a session change is no such setting.
-- Level: warning
-- Category: security
-- uses: policies, claims
select
  'policy' as kind, p.identity,
  format(
    'It believes %s, which a request can set to anything.',
    string_agg(
      distinct coalesce('the setting ' || c.name, 'a setting whose name is made at run time'), ', '
    )
  ) as detail,
  '' as fix
from policies as p
inner join claims as c
  on p.oid = c.object and c.clause <> 'body' and c.is_settable and not c.is_sealed
where p.is_for_requests
group by p.identity
