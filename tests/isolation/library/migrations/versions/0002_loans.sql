-- Create the loans, in partitions by organization, and the fines for those that come back late.

create table library.loans (
  org_id text collate "C" not null,
  id uuid not null default pg_catalog.gen_random_uuid(),
  book_id uuid not null,
  reader_id text collate "C" not null,
  lent_at timestamptz not null default pg_catalog.now(),
  returned_at timestamptz,
  constraint loans_pkey primary key (org_id, id),
  constraint loans_org_id_book_id_fkey foreign key (org_id, book_id)
  references library.books (org_id, id) on delete restrict,
  constraint loans_returned_at_check check (returned_at >= lent_at)
) partition by hash (org_id);
create index loans_org_id_book_id_idx on library.loans (org_id, book_id);
create index loans_org_id_reader_id_idx on library.loans (org_id, reader_id);
create table library.loans_0 partition of library.loans for values with (modulus 2, remainder 0);
create table library.loans_1 partition of library.loans for values with (modulus 2, remainder 1);
comment on table library.loans is 'Who has which book.';
comment on column library.loans.org_id is 'The WorkOS organization.';
comment on column library.loans.id is 'The loan.';
comment on column library.loans.book_id is 'The book.';
comment on column library.loans.reader_id is 'The WorkOS user who has it.';
comment on column library.loans.lent_at is 'When the reader took it.';
comment on column library.loans.returned_at is 'When it came back; null while it is out.';
comment on table library.loans_0 is 'A partition of the loans.';
comment on table library.loans_1 is 'A partition of the loans.';

create table library.fines (
  org_id text collate "C" not null,
  id uuid not null default pg_catalog.gen_random_uuid(),
  receipt_number bigint generated always as identity,
  loan_id uuid not null,
  reader_id text collate "C" not null,
  amount numeric(6, 2) not null,
  constraint fines_pkey primary key (org_id, id),
  constraint fines_org_id_loan_id_fkey foreign key (org_id, loan_id)
  references library.loans (org_id, id) on delete restrict,
  constraint fines_amount_check check (amount > 0)
);
create index fines_org_id_loan_id_idx on library.fines (org_id, loan_id);
comment on table library.fines is 'What a reader owes a library.';
comment on column library.fines.org_id is 'The WorkOS organization.';
comment on column library.fines.id is 'The fine.';
comment on column library.fines.receipt_number is 'What stands on the receipt.';
comment on column library.fines.loan_id is 'The loan that came back late.';
comment on column library.fines.reader_id is 'The WorkOS user who owes it.';
comment on column library.fines.amount is 'How much, in the currency of the library.';
