-- Withdraw a book of the context's organization; no request sees it afterwards.
-- Flow: called by a request.
-- Runs as: orgscope_definer, definer.
-- Raises: what authz.org_id raises; nothing when there is no such book.
-- Why: an update may not make a row that the SELECT policy hides, so no request can do it itself.
--      The organization is the context's and no parameter: nobody can name another one.
set local role orgscope_definer;

create or replace function library.withdraw_book(id uuid)
returns boolean
language sql
volatile
security definer
set search_path = pg_catalog, pg_temp
set row_security = on
begin atomic
update library.books as b set deleted_at = now()
where b.org_id = (select authz.org_id()) and b.id = withdraw_book.id and b.deleted_at is null
returning true;
end;

comment on function library.withdraw_book(uuid)
is 'Withdraw a book of the context''s organization; no request sees it afterwards.';
revoke all on function library.withdraw_book(uuid) from public;
grant execute on function library.withdraw_book(uuid) to orgscope_user;
