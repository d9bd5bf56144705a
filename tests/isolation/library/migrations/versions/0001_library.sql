-- Create the schema of the lending library, its books and what its readers want to read.

create schema library;
comment on schema library is 'Libraries that lend books: each organization is one library.';
grant usage, create on schema library to orgscope_definer;

create type library.binding as enum ('hardcover', 'paperback', 'audio');
comment on type library.binding is 'How a book comes.';
-- squawk-ignore ban-create-domain-with-constraint
create domain library.isbn as text collate "C" constraint isbn_check check (value ~ '^[0-9]{13}$');
comment on domain library.isbn is 'An ISBN of thirteen digits, without hyphens.';

create table library.languages (
  code text collate "C" not null,
  name text not null,
  constraint languages_pkey primary key (code),
  constraint languages_code_check check (code ~ '^[a-z]{2}$')
);
comment on table library.languages is 'The languages of books, the same for every library.';
comment on column library.languages.code is 'The code of ISO 639-1.';
comment on column library.languages.name is 'What readers see.';
insert into library.languages (code, name) values ('de', 'German'), ('en', 'English');

create table library.books (
  org_id text collate "C" not null,
  id uuid not null default pg_catalog.gen_random_uuid(),
  isbn library.isbn not null,
  title text not null,
  title_key text not null generated always as (pg_catalog.lower(title)) stored,
  binding library.binding not null,
  language_code text collate "C" not null default 'en',
  deleted_at timestamptz,
  constraint books_pkey primary key (org_id, id),
  constraint books_language_code_fkey foreign key (language_code)
  references library.languages (code) on delete restrict,
  constraint books_title_check check (pg_catalog.length(title) between 1 and 200)
);
create index books_org_id_title_key_idx on library.books (org_id, title_key);
create index books_language_code_idx on library.books (language_code);
comment on table library.books is 'What a library has on its shelves.';
comment on column library.books.org_id is 'The WorkOS organization.';
comment on column library.books.id is 'The book.';
comment on column library.books.isbn is 'Its edition.';
comment on column library.books.title is 'What readers look for.';
comment on column library.books.title_key is 'The title as it is sorted.';
comment on column library.books.binding is 'How it comes.';
comment on column library.books.language_code is 'The language it is in.';
comment on column library.books.deleted_at is 'When it was withdrawn; no request sees it then.';

create table library.wishes (
  user_id text collate "C" not null,
  id uuid not null default pg_catalog.gen_random_uuid(),
  isbn library.isbn not null,
  note text,
  constraint wishes_pkey primary key (user_id, id)
);
comment on table library.wishes is 'What a person wants to read, in whichever library.';
comment on column library.wishes.user_id is 'The WorkOS user.';
comment on column library.wishes.id is 'The wish.';
comment on column library.wishes.isbn is 'The edition.';
comment on column library.wishes.note is 'Why, for the person alone.';
