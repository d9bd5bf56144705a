"""Mistakes as people make them, around the policies: functions, views, triggers, keys, joins."""

from __future__ import annotations

from orgscope.deploy import Project
from tests.isolation.conftest import Given, assert_named
from tests.projects import LIBRARY

# statement -> what must be reported; the mistakes do not hide each other


def _definer(signature: str, body: str) -> str:
    """Make a definer that requests may execute: an overload of one that the contract names."""
    name = signature.replace(" ids", "").replace(" wanted", "").replace(" since", "")
    return (
        f"create function {signature} {body}; alter function {name} owner to orgscope_definer; "
        f"revoke execute on function {name} from public; grant execute on function {name} to orgscope_user"
    )


_DEFINER = "language sql stable security definer set search_path = pg_catalog, pg_temp set row_security = on begin atomic;"
_ORG = "(select authz.org_id_or_null())"
_TITLES = f"returns setof text {_DEFINER} select b.title from library.books as b"
_OF_BOOKS = "(other organization, of library.books): expected none, got rows"
# What each takes comes from the request, and none asks whose the row is.
_TAKING = {
    _definer("library.debtors(text)", f"{_TITLES} where b.title ilike '%' || $1 || '%'; end"): (
        f"member of A: call on library.debtors(text) {_OF_BOOKS}",
    ),
    _definer("library.debtors(uuid)", f"{_TITLES} where b.id = $1; end"): (
        f"member of A: call on library.debtors(uuid) {_OF_BOOKS}",
    ),
    _definer("library.debtors(ids uuid[])", f"{_TITLES} where b.id = any (ids); end"): (
        f"member of A: call on library.debtors(uuid[]) {_OF_BOOKS}",
    ),
    _definer(
        "library.debtors(wanted jsonb)", f"{_TITLES} where b.id = (wanted ->> 'id')::uuid; end"
    ): (f"member of A: call on library.debtors(jsonb) {_OF_BOOKS}",),
    _definer("library.debtors(integer)", f"{_TITLES} order by b.id limit $1; end"): (
        f"member of A: call on library.debtors(integer) {_OF_BOOKS}",
    ),
    # Who has no organization is asked for none.
    _definer(
        "library.withdraw_book(varchar)",
        "returns boolean language sql security definer set search_path = pg_catalog, pg_temp set row_security = on "
        "begin atomic; update library.books as b set deleted_at = now() where b.id::text = $1 "
        "and b.org_id = coalesce((select authz.org_id_or_null()), b.org_id) returning true; end",
    ): (
        "person without organization: call on library.withdraw_book(character varying) "
        "(other organization, of library.books): expected none, got rows",
    ),
    # What stands in the rows is glued together.
    _definer(
        "library.debtors(bigint)",
        f"returns text {_DEFINER} select string_agg(t.title, '') from (select b.title from library.books as b limit $1) as t; end",
    ): (f"member of A: call on library.debtors(bigint) {_OF_BOOKS}",),
    _definer(
        "library.debtors(since timestamptz)",
        f"returns setof text {_DEFINER} select l.reader_id || ' ' || b.title from library.loans as l, library.books as b "
        "where l.lent_at >= since; end",
    ): (f"member of A: call on library.debtors(timestamp with time zone) {_OF_BOOKS}",),
    _definer(
        "library.withdraw_book(text)",
        "returns bigint language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$ declare n bigint; "
        "begin execute 'select count(*) from library.books where ' || $1 into n; return n; end $$",
    ): (
        "member of A: call on library.withdraw_book(text) (what an argument says as SQL): expected none, got rows",
    ),
    # Nobody knows what to give it.
    _definer("library.debtors(point)", f"{_TITLES} where false; end"): (
        "library.debtors(point): gave nobody anything, whatever it was called with, so that it keeps rows back proves "
        "nothing. Give its parameters values with which it does, by the sample of its [[functions]]",
    ),
}
_AROUND = {
    **_TAKING,
    # Defined again without its option, and by whoever was at hand.
    "create or replace view library.open_loans as select l.org_id, l.reader_id, b.title, l.lent_at "
    "from library.loans as l inner join library.books as b on l.org_id = b.org_id and l.book_id = b.id": (),
    "alter view library.open_loans owner to orgscope_definer": (
        "member of A: select rows on library.open_loans (other organization): expected none, got rows",
    ),
    # The body of a definer function, without the organization that no policy adds.
    "create or replace function library.withdraw_book(id uuid) returns boolean language sql security definer "
    "set search_path = pg_catalog, pg_temp begin atomic; update library.books as b set deleted_at = now() "
    "where b.id = withdraw_book.id and b.deleted_at is null returning true; end": (
        "member of A: call on library.withdraw_book(uuid) (other organization, of library.books): expected none, got rows",
    ),
    # What takes no argument has nothing that would say whose rows it is about.
    "create or replace function library.debtors() returns table (reader_id text) language sql stable security definer "
    "set search_path = pg_catalog, pg_temp begin atomic; select distinct f.reader_id from library.fines as f; end": (
        "member of B: call on library.debtors() (other organization, of library.fines): expected none, got rows",
    ),
    "create or replace procedure library.return_all() language sql security definer set search_path = pg_catalog, pg_temp "
    "begin atomic; update library.loans as l set returned_at = now() where l.returned_at is null; end": (
        "member of A: effects of call on library.return_all() (other organization, of library.loans): expected none, got rows",
    ),
    # A trigger that copies each book to where all are collected, and has the rights for it.
    "create function library.tg_books__collect() returns trigger language plpgsql security definer as $$ begin "
    "if new.org_id <> 'org_01MAIN' then insert into library.books (org_id, isbn, title, binding) "
    "values ('org_01MAIN', new.isbn, new.title || '*', new.binding); end if; return null; end $$": (),
    "create constraint trigger _100_collect after insert on library.books deferrable initially deferred "
    "for each row execute function library.tg_books__collect()": (
        "member of A: effects of insert on library.books (other organization, of library.books): expected none, got rows",
    ),
    # An overload for the back office; the contract names functions, not their parameters.
    "create function library.withdraw_book(org_id text, id uuid) returns boolean language sql security definer "
    "begin atomic; update library.books as b set deleted_at = now() where b.org_id = withdraw_book.org_id "
    "and b.id = withdraw_book.id returning true; end": (),
    "alter function library.withdraw_book(text, uuid) owner to orgscope_definer": (),
    "revoke execute on function library.withdraw_book(text, uuid) from public": (),
    "grant execute on function library.withdraw_book(text, uuid) to orgscope_user": (
        "library.withdraw_book(text, uuid): is a security definer, and takes org_id from the request "
        "that calls it: read authz.org_id()",
    ),
    "grant execute on function library.withdraw_book(uuid) to orgscope_user with grant option": (
        "library.withdraw_book(uuid): orgscope_user, with grant option, may execute it, and the contract does not say so",
    ),
    "grant select on library.loans to orgscope_auditor with grant option": (
        "library.loans: orgscope_auditor has SELECT with grant option, and the contract does not say so",
    ),
    "alter default privileges for role orgscope_owner in schema library grant select on tables to orgscope_user": (
        "library: each later table of orgscope_owner is born with SELECT for orgscope_user",
    ),
    "grant all on all sequences in schema library to orgscope_user": (
        "library.fines_receipt_number_seq: orgscope_user has SELECT, and the next value is one for all tenants",
        "library.fines_receipt_number_seq: orgscope_user has UPDATE, and the next value is one for all tenants",
    ),
    "grant create on schema library to orgscope_user": (
        "library: orgscope_user may create objects in it",
    ),
    # Tables that nobody declared: a copy, an heir, and one in a schema of no project.
    "create table library.books_backup as select * from library.books": (
        "library.books_backup: is not in any contract: nobody said who may do what with it",
    ),
    "create table library.old_books () inherits (library.books)": (
        "library.old_books: is not in any contract: nobody said who may do what with it",
    ),
    "create schema reports": (),
    "create table reports.loans as select * from library.loans": (),
    "grant usage on schema reports to orgscope_user": (),
    "grant select on reports.loans to orgscope_user": (
        "reports.loans: is in no project's schema, and orgscope_user reaches it",
    ),
    # What the DBA made to look something up: PostgreSQL lets everybody execute it, as its maker.
    "create function reports.all_loans() returns setof library.loans language sql stable security definer "
    "begin atomic; select * from library.loans; end": (
        "reports.all_loans(): is a security definer in no project's schema, and orgscope_user may execute it",
    ),
    # A key without the tenant.
    "alter table library.books add unique (id)": (),
    # Nobody writes the column, but what it is generated from.
    "alter table library.books add constraint books_title_key_key unique (title_key)": (
        "library.books: books_title_key_key is unique over all tenants, so its error tells that another one has the "
        "value: put org_id into it, or say that it is one of global_keys",
    ),
    "alter table library.fines add column book_id uuid constraint fines_book_id_fkey references library.books (id)": (
        "library.fines: constraint fines_book_id_fkey lets a row point at another tenant's row of "
        "library.books: put org_id into it",
    ),
    # A trigger that knows better whose a row is.
    "create function library.tg_wishes__keep() returns trigger language plpgsql as "
    "$$ begin new.user_id := 'user_01MAIN'; return new; end $$": (),
    "create trigger _100_keep before insert on library.wishes for each row execute function library.tg_wishes__keep()": (
        "member of A: insert on library.wishes (own): expected rows, got denied (42501)",
    ),
}
# Only what has a value does it.
_BY_VALUE = {
    "create or replace function library.debtors() returns table (reader_id text) language sql stable security definer "
    "set search_path = pg_catalog, pg_temp set row_security = on begin atomic; select distinct f.reader_id "
    "from library.fines as f where f.org_id = (select authz.org_id()) or f.amount >= 500; end": (
        "member of B: call on library.debtors() (other organization, of library.fines): expected none, got rows",
    ),
    "create function library.tg_books__close() returns trigger language plpgsql security definer "
    "set search_path = pg_catalog, pg_temp set row_security = on as "
    "$$ begin update library.loans as l set returned_at = now() where l.returned_at is null; return null; end $$": (),
    "alter function library.tg_books__close() owner to orgscope_definer": (),
    "revoke execute on function library.tg_books__close() from public": (),
    "create trigger _100_close after insert on library.books for each row "
    "when (new.title ilike 'closed for%') execute function library.tg_books__close()": (
        "member of A: effects of insert on library.books (other organization, of library.loans): expected none, got rows",
    ),
}
_JOINED = {
    # What another tenant may have as well joins its rows with ours: an id, a name, a domain.
    f"alter policy update_own_org on library.books using (deleted_at is null and (org_id = {_ORG} "
    "or id in (select l.book_id from library.loans as l))) with check (deleted_at is null)": (
        "member of A: update without condition on library.books (some rows): expected none, got rows",
    ),
    "create policy named on library.wishes for select to orgscope_user using (note = "
    f"(select o.name from workos.organizations as o where o.id = {_ORG}))": (
        "member of A: select on library.wishes (another person's): expected none, got rows",
    ),
    "alter table library.wishes add column title text": (),
    "create policy wished on library.wishes for delete to orgscope_user using (exists (select from "
    "library.books as b where b.id = wishes.id and b.title = wishes.title))": (
        "member of A: delete without condition on library.wishes (some rows): expected none, got rows",
    ),
    "create policy hosted on library.books for select to orgscope_user using (title in "
    "(select d.domain from workos.organization_domains as d))": (
        "member of A: select on library.books (other organization): expected none, got rows",
    ),
}


def test_functions__open_by_a_value__each_is_named(lending: Given) -> None:
    lending.by_hand(*_BY_VALUE)
    report = lending.check(Project.load(LIBRARY), "library.books", "library.debtors")
    assert_named(report, _BY_VALUE.values())


def test_surroundings__mistakes_made_by_hand__each_is_named(lending: Given) -> None:
    lending.by_hand(*_AROUND)
    report = lending.check(
        Project.load(LIBRARY),
        *("library.books", "library.wishes", "library.open_loans", "library.withdraw_book"),
        *("library.debtors", "library.return_all"),
    )
    assert_named(report, _AROUND.values())


def test_policies__rows_are_joined_with_ours__each_is_named(lending: Given) -> None:
    lending.by_hand(*_JOINED)
    report = lending.check(Project.load(LIBRARY), "library.books", "library.wishes")
    assert_named(report, _JOINED.values())
