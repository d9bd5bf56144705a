-- Take all books of the context's organization back, whoever has them.
-- Flow: called by a request, on the day of the stocktaking.
-- Runs as: orgscope_definer, definer.
-- Raises: what authz.org_id raises.
-- Why: a reader returns their own books only.
set local role orgscope_definer;

create or replace procedure library.return_all()
language sql
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
begin atomic
update library.loans as l set returned_at = pg_catalog.now()
where l.org_id = (select authz.org_id()) and l.returned_at is null;
end;

comment on procedure library.return_all ()
is 'Take all books of the context''s organization back, whoever has them.';
revoke all on procedure library.return_all() from public;
grant execute on procedure library.return_all() to orgscope_user;
