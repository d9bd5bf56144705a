-- Pin the settings with which a caller could bend a later query of this transaction.
-- Flow: called by authz.begin and its siblings; they pin search_path and row_security themselves.
-- Runs as: orgscope_sealer, invoker.
-- Raises: nothing.
-- Why: a pooled backend keeps what an injected SET left behind (rules A5, B9). search_path and
--      row_security are set by the clauses of every function here, which would take the pin back.
--      One expression: plpgsql evaluates it without planning a query.
set local role orgscope_sealer;

create or replace function authz.pin_session()
returns void
language plpgsql
volatile
set search_path = pg_catalog, pg_temp
as $$
declare
  v_pinned text;
begin
  v_pinned := set_config('timezone', 'UTC', true)
    || set_config('datestyle', 'ISO, YMD', true)
    || set_config('transform_null_equals', 'off', true)
    || set_config('gin_fuzzy_search_limit', '0', true)
    || set_config('standard_conforming_strings', 'on', true);
end
$$;

comment on function authz.pin_session()
is 'Pin the settings with which a caller could bend a later query of this transaction.';
revoke all on function authz.pin_session() from public;
