-- Tell whether the aud claim of a token is acceptable.
-- Flow: called by authz.check_claims.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing.
-- Why: WorkOS sends no aud by default. Where audiences are configured one of them is required;
--      where none is, an aud that is present must be for our own client.
set local role orgscope_sealer;

create or replace function authz.accepts_audience(aud jsonb, accepted authz.settings)
returns boolean
language sql
immutable
parallel safe
begin atomic
select case
  when cardinality(accepted.audiences) > 0
    then (aud ?| accepted.audiences) is true
  when aud is null then true
  else (aud ? accepted.client_id) is true
end;
end;

comment on function authz.accepts_audience(jsonb, authz.settings)
is 'Tell whether the aud claim of a token is acceptable.';
revoke all on function authz.accepts_audience(jsonb, authz.settings) from public;
