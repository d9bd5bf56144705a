-- Tell whether the context is a privileged one of the given kind (admin or auditor).
-- Flow: read by policies of the logins as (select authz.is_privileged('admin')).
-- Runs as: the caller; authz.claims checks the seal.
-- Raises: WS301 when no reason was given yet, that is before authz.begin_privileged.
-- Why: kind is ours and sealed; no claim of a token can set it (rule B7).
-- requires: sql/authz/functions/claims.sql

create or replace function authz.is_privileged(kind text)
returns boolean
language sql
stable
parallel restricted
begin atomic
select coalesce(
  authz.claims() ->> 'kind' = is_privileged.kind and is_privileged.kind in ('admin', 'auditor'),
  false
);
end;

comment on function authz.is_privileged(text)
is 'Tell whether the context is a privileged one of the given kind.';
revoke all on function authz.is_privileged(text) from public;
grant execute on function authz.is_privileged(text)
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
