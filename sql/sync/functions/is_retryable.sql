-- Tell whether an error was the database's, so that the same may work when it is sent again.
-- Flow: called by sync.apply_object when an upsert failed; projects ask here as well.
-- Runs as: orgscope_definer, invoker.
-- Raises: nothing.
-- Why: conflicts, resources, locks, cancellation, the system, corruption: they pass or get mended,
--      and the sender repeats. Every other error stays with what was sent.
-- Example: exception when others then if sync.is_retryable(sqlstate) then raise; end if; …
set local role orgscope_definer;

create or replace function sync.is_retryable(code text)
returns boolean
language plpgsql
immutable
set search_path = pg_catalog, pg_temp
as $$
begin
  return left(code, 2) in ('40', '53', '55', '57', '58', 'XX');
end
$$;

comment on function sync.is_retryable(text)
is 'Tell whether an error was the database''s, so that the same may work when it is sent again.';
revoke all on function sync.is_retryable(text) from public;
