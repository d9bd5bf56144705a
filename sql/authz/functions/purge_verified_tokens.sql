-- Delete the remembered tokens that have expired and return how many they were.
-- Flow: run every minute by `orgscope worker`.
-- Runs as: orgscope_sealer, definer.
-- Raises: nothing.
-- Why: claims hold personal data; they are kept no longer than they can be recalled.
set local role orgscope_sealer;

create or replace function authz.purge_verified_tokens()
returns bigint
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
as $$
declare
  v_deleted bigint;
begin
  delete from authz.verified_tokens as v
  where v.expires_at < extract(epoch from clock_timestamp()) - 60;
  get diagnostics v_deleted = row_count;
  return v_deleted;
end
$$;

comment on function authz.purge_verified_tokens()
is 'Delete the remembered tokens that have expired.';
revoke all on function authz.purge_verified_tokens() from public;
grant execute on function authz.purge_verified_tokens() to orgscope_keys, orgscope_sync;
