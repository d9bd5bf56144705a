-- Return the claims of this transaction's context.
-- Flow: read by every claim reader, and through them by every policy, once per statement.
-- Runs as: orgscope_sealer, definer.
-- Raises: WS301 when there is no context with a valid seal; WS309 when its token has expired.
-- Why: loud, never silently empty. The setting is written by anybody: only the seal says that authz
--      wrote it. The key stands only as columns of the one query that uses it (rule A3), and one
--      that was rotated away counts only in transactions that began before. Parallel restricted:
--      the seal names the backend.
set local role orgscope_sealer;

create or replace function authz.claims()
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
  v_setting constant text := current_setting('orgscope.context', true);
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
    raise exception using
      errcode = 'WS301',
      message = 'this transaction has no context, so no row can be decided',
      hint = 'Open one with authz.begin(token): get_org_scoped_db() does so.';
  end if;
  v_claims := v_text::jsonb;
  if ((v_claims ->> 'until')::numeric < extract(epoch from clock_timestamp())) is true then
    raise exception using
      errcode = 'WS309',
      message = 'the token of this context has expired',
      hint = 'Refresh the session and begin again.';
  end if;
  return v_claims;
end
$$;

comment on function authz.claims() is 'Return the claims of this transaction''s context.';
revoke all on function authz.claims() from public;
grant execute on function authz.claims()
to orgscope_user, orgscope_admin, orgscope_auditor, orgscope_definer;
