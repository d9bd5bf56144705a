-- Return who owes the library of the context a fine, and no sum of anybody.
-- Flow: called by a request.
-- Runs as: orgscope_definer, definer.
-- Raises: what authz.org_id raises.
-- Why: a reader reads their own fines only, and may know with whom to share a table.
set local role orgscope_definer;

create or replace function library.debtors()
returns table (reader_id text)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
begin atomic
select distinct f.reader_id from library.fines as f where f.org_id = (select authz.org_id());
end;

comment on function library.debtors()
is 'Return who owes the library of the context a fine, and no sum of anybody.';
revoke all on function library.debtors() from public;
grant execute on function library.debtors() to orgscope_user;
