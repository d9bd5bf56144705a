-- Show the loans of the context's organization that are not back.
-- Flow: read by requests.
-- Runs as: the caller: security_invoker.
-- Raises: nothing.
-- Why: the policies of library.loans and library.books decide whose rows it shows.
create or replace view library.open_loans with (security_invoker = true) as
select
  l.org_id,
  l.reader_id,
  b.title,
  l.lent_at
from library.loans as l
inner join library.books as b on l.org_id = b.org_id and l.book_id = b.id
where l.returned_at is null;

comment on view library.open_loans is 'The loans that are not back.';
comment on column library.open_loans.org_id is 'The WorkOS organization.';
comment on column library.open_loans.reader_id is 'The WorkOS user who has the book.';
comment on column library.open_loans.title is 'The title of the book.';
comment on column library.open_loans.lent_at is 'When the reader took it.';
revoke all on library.open_loans from public;
grant select on library.open_loans to orgscope_user;
