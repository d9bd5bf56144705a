-- Everybody may call a security definer: EXECUTE was left with PUBLIC.
-- Flow: run by `orgscope lint`; never installed.
-- Runs as: any login; reads pg_catalog only.
-- Raises: nothing.
-- Why: PUBLIC has it by default, and every login that will ever be made is PUBLIC. The fix grants
--      it to the roles of requests, which have it now; where these are a guess there is none.
-- Level: warning
-- Category: security
-- uses: entries, request_roles
select
  'function' as kind, p.oid::regprocedure::text as identity,
  format(
    'PUBLIC may call it, so every login runs it with the rights of %I.',
    pg_get_userbyid(p.proowner)
  ) as detail,
  coalesce((
    select format(
      'revoke execute on routine %1$s from public; grant execute on routine %1$s to %2$s;',
      p.oid::regprocedure, string_agg(quote_ident(q.name), ', ' order by q.name)
    )
    from request_roles as q
    where q.oid <> 0 and has_schema_privilege(q.oid, p.pronamespace, 'USAGE')
    having bool_and(not q.is_guessed)
  ), '') as fix
from entries as e
inner join pg_catalog.pg_proc as p on e.object = p.oid
where e.class = 'pg_proc'::regclass and e.is_open and e.is_called
