-- Return the permissions of the context, as a sorted array.
-- Flow: read by policies as (select authz.permissions()), so that it is evaluated once per
--      statement.
-- Runs as: the caller; authz.sealed_claims checks the seal.
-- Raises: nothing: a policy that raised would tell which rows exist (ADR 14).
-- Why: begin atomic: names are bound when it is created, so no search_path can bend it (rule B5).
-- requires: sql/authz/functions/claims_or_null.sql

create or replace function authz.permissions()
returns text[]
language sql
stable
parallel restricted
begin atomic
select array(
  select p.name
  from jsonb_array_elements_text(
    coalesce(authz.claims_or_null() -> 'permissions', '[]')
  ) as p (name)
  order by p.name
);
end;

comment on function authz.permissions() is 'Return the permissions of the context, as a sorted array.';
revoke all on function authz.permissions() from public;
grant execute on function authz.permissions()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
