-- Raise one of the refusals of a context: of a verified token, or of a job.
-- Flow: called by authz.decide, authz.open_context and authz.open_system_context.
-- Runs as: orgscope_sealer, invoker.
-- Raises: the code it is given.
-- Why: one text for each code stands here, and none of them names a person or an organization.
set local role orgscope_sealer;

create or replace function authz.refuse(code text)
returns void
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  raise exception using
    errcode = code,
    message = case code
      when 'WS302' then 'the token has no organization, and one is needed'
      when 'WS310' then 'the user of the token is deleted'
      when 'WS311' then 'the organization is deleted, or unknown to the mirror'
      when 'WS312' then 'the mirror has no membership of this user in this organization'
      when 'WS313' then 'the membership is pending, inactive or deleted'
      when 'WS314' then 'the session of the token is not active'
      when 'WS315' then 'the user or the organization was erased'
      when 'WS324' then 'the mirror does not know the user of the token'
    end,
    hint = case
      when code in ('WS312', 'WS324')
        then 'Fetch it from WorkOS, apply it through sync, and try once more.'
      else 'Access follows the mirror: see orgscope doctor when WorkOS says otherwise.'
    end;
end
$$;

comment on function authz.refuse(text) is 'Raise one of the refusals of a context.';
revoke all on function authz.refuse(text) from public;
