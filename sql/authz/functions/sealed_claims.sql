-- Return the claims of this transaction's context where its seal is valid, else null.
-- Flow: authz.claims_or_null and authz.require_context, and through them every claim reader.
-- Runs as: orgscope_sealer, definer.
-- Raises: nothing, whatever the setting holds: see authz.claims_or_null.
-- Why: the setting is written by anybody: only the seal says that authz wrote it. The key stands
--      only as columns of the one query that uses it (rule A3), and one that was rotated away
--      counts only in transactions that began before. Parallel restricted: the seal names the
--      backend.
set local role orgscope_sealer;

create or replace function authz.sealed_claims(expired boolean)
returns jsonb
language plpgsql
stable
parallel restricted
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  -- 1|kid|kind|mac|claims: the setting is long and a regular expression over it costs a request.
  -- Cut: one of many megabytes would let the time of a statement tell whether this ran.
  v_setting constant text := left(current_setting('orgscope.context', true), 65536);
  v_kid constant text := split_part(v_setting, '|', 2);
  v_kind constant text := split_part(v_setting, '|', 3);
  v_mac constant text := split_part(v_setting, '|', 4);
  v_text constant text := substr(
    v_setting, 6 + length(v_kid) + length(v_kind) + length(v_mac)
  );
  v_expected text;
  v_claims jsonb;
begin
  if (v_kid ~ '^[0-9]{1,9}$') is true then
    select encode(
      sha256(s.opad || sha256(s.ipad || authz.seal_message(s.kid, v_kind, v_text))), 'hex'
    )
    into v_expected
    from authz.seal_keys as s
    where s.kid = v_kid::integer
      and (s.retired_at is null or s.retired_at > transaction_timestamp() - interval '1 minute');
  end if;
  if (v_expected = v_mac) is not true then
    return null;
  end if;
  v_claims := v_text::jsonb;
  if not expired and ((v_claims ->> 'until')::numeric < extract(epoch from clock_timestamp())) then
    return null;
  end if;
  return v_claims;
end
$$;

comment on function authz.sealed_claims(boolean)
is 'Return the claims of this transaction''s context where its seal is valid, else null.';
revoke all on function authz.sealed_claims(boolean) from public;
grant execute on function authz.sealed_claims(boolean)
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer, orgscope_api, orgscope_job;
