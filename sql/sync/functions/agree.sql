-- Tell whether two views of one version agree in every field that both have.
-- Flow: called by sync.tg__keep_newest and sync.tg__keep_latest.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: an event and a read of the same version differ in what they leave out, and in the fields
--      that change without a version, which read_keys names.
set local role orgscope_definer;

create or replace function sync.agree(known jsonb, payload jsonb, read_keys text[])
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return known = payload or not exists (
    select from jsonb_each(payload - read_keys) as f
    where known ? f.key and known -> f.key <> f.value
  );
end
$$;

comment on function sync.agree(jsonb, jsonb, text[])
is 'Tell whether two views of one version agree in every field that both have.';
revoke all on function sync.agree(jsonb, jsonb, text[]) from public;
