-- Raise the one error of every malformed or badly signed token.
-- Flow: called by authz.parse_token and authz.verify_token.
-- Runs as: orgscope_sealer, invoker.
-- Raises: WS303.
-- Why: one code and one text for every cause: the answer must not help whoever tries (rule A10).
set local role orgscope_sealer;

create or replace function authz.refuse_token()
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = 'WS303',
    message = 'the token is not a WorkOS access token signed by a known key',
    hint = 'Send the access token exactly as WorkOS issued it.';
end
$$;

comment on function authz.refuse_token() is 'Raise the one error of a bad token.';
revoke all on function authz.refuse_token() from public;
