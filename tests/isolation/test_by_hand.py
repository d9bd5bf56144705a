"""Mistakes as people make them, which no mutant is: each must be named."""

from __future__ import annotations

import pytest

from orgscope.deploy import Project
from tests.isolation.conftest import LIBRARY, Given

_TABLES = ("library.books", "library.fines", "library.loans", "library.wishes")
_ME = "(select authz.user_id_or_null())"
_ORG = "(select authz.org_id_or_null())"
# statement -> what must be reported; the mistakes of one batch do not hide each other
_CONDITIONS = {
    # A column is compared with itself.
    "alter policy select_own_org on library.loans using (org_id = org_id)": (
        "member of A: select on library.loans (other organization): expected none, got rows",
    ),
    # The fallback of coalesce is never needed, so the organization is never asked for.
    f"alter policy select_own on library.fines using (coalesce(org_id, {_ORG}) = org_id and reader_id = {_ME})": (
        "member of A: select on library.fines (own, elsewhere): expected none, got rows",
    ),
    # A cast cuts both sides short.
    f"alter policy select_own_org on library.books using (org_id::varchar(8) = {_ORG}::varchar(8) and deleted_at is null)": (
        "member of A: select on library.books (other organization): expected none, got rows",
    ),
    # Nobody is found whose fine is for a loan that never was.
    "create or replace function library.debtors() returns table (reader_id text) language sql stable security definer "
    "set search_path = pg_catalog, pg_temp begin atomic; select f.reader_id from library.fines as f "
    "where not exists (select from library.loans as l where l.id = f.loan_id); end": (
        "library.debtors(): gave nobody a row, so that it keeps rows back proves nothing. Give its tables rows "
        "that it gives, by their [sample]",
    ),
    # The inner table has an org_id of its own, so the outer one is never meant.
    "alter policy insert_own_org on library.books with check (exists (select from library.loans as l where l.org_id = org_id))": (
        "member of A: insert on library.books (other organization): expected denied, got rows",
    ),
    # Deleted rows are hidden from reading, and forgotten when it comes to writing.
    f"alter policy update_own_org on library.books using (org_id = {_ORG}) with check (org_id = {_ORG})": (
        "member of A: update without condition on library.books (1 of 4 rows): expected none, got rows",
    ),
    # A second permissive policy widens the first.
    "create policy return_any on library.loans for update to orgscope_user using (returned_at is null)": (
        "member of A: update on library.loans (other organization): expected none, got rows",
    ),
    # A check that somebody took for a repetition, and a grant on the whole table.
    "alter policy update_own on library.wishes with check (true)": (
        "member of A: move without condition on library.wishes (to a colleague): expected denied, got rows",
    ),
    "grant update on library.wishes to orgscope_user": (
        "library.wishes: orgscope_user has UPDATE, and the contract does not say so",
    ),
}
_TENANTS = {
    # Whoever has no organization gets that of the demonstration.
    "create or replace function authz.org_id_or_null() returns text language sql stable parallel restricted "
    "begin atomic; select coalesce(authz.claims_or_null() ->> 'org_id', 'org_01DEMO'); end": (
        "person without organization: select on library.books (other organization): expected none, got rows",
    ),
    # One tenant is for everybody to look at.
    f"alter policy select_own_org on library.loans using (org_id = {_ORG} or org_id = 'org_01SHOWCASE')": (
        "member of A: select on library.loans (own, elsewhere): expected none, got rows",
    ),
    # A job has no person, and so is every row of nobody its own.
    "alter table library.loans alter column reader_id drop not null": (),
    f"alter policy update_own on library.loans using (org_id = {_ORG} and reader_id is not distinct from {_ME}) "
    f"with check (org_id = {_ORG} and reader_id is not distinct from {_ME})": (
        "job of A: update without condition on library.loans (0 of 7 rows): expected none, got rows",
    ),
    # Everybody who owes something, and who does not.
    "create or replace function library.debtors() returns table (reader_id text) language sql stable security definer "
    "set search_path = pg_catalog, pg_temp begin atomic; select u.id from workos.users as u; end": (
        "job of A: call on library.debtors() (other organization, of workos.organization_memberships): "
        "expected none, got rows",
    ),
    # A simpler key, and rows that are for everybody.
    "alter table library.fines drop constraint fines_pkey, add primary key (id), alter column org_id drop not null": (
        "library.fines: column org_id may be null, and nobody said whose such a row is",
    ),
    f"alter policy select_own on library.fines using (org_id = {_ORG} and reader_id = {_ME} or org_id is null)": (),
    # A switch for the support, that everybody can turn.
    "create policy support on library.wishes for select to orgscope_user using (current_setting('app.admin', true) = 'on')": (
        "library.wishes: policy support reads a setting, which every session can change",
    ),
    "create function library.is_support() returns boolean language sql stable "
    "begin atomic; select current_setting('app.support', true) = 'on'; end": (
        "library.is_support(): policies call it, and it reads a setting, which every session can change",
    ),
    "create policy support on library.fines for select to orgscope_user using (library.is_support())": (),
    # A default that was meant for one installation.
    "alter table library.loans alter column org_id set default 'org_01MAIN'": (
        "member of A: insert by default on library.loans (own): expected rows, got denied (42501)",
    ),
}
_AROUND = {
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
    "values ('org_01MAIN', new.isbn, new.title, new.binding); end if; return null; end $$": (),
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
    # A key without the tenant.
    "alter table library.books add unique (id)": (),
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


@pytest.mark.parametrize(
    ("mistakes", "only"),
    [
        pytest.param(_CONDITIONS, (*_TABLES, "library.debtors"), id="conditions"),
        pytest.param(_TENANTS, (*_TABLES, "library.debtors"), id="tenants"),
        pytest.param(
            _AROUND,
            (
                *("library.books", "library.wishes", "library.open_loans", "library.withdraw_book"),
                *("library.debtors", "library.return_all"),
            ),
            id="around_the_policies",
        ),
    ],
)
def test_library__mistakes_made_by_hand__each_is_named(
    lending: Given, mistakes: dict[str, tuple[str, ...]], only: tuple[str, ...]
) -> None:
    lending.by_hand(*mistakes)
    report = lending.check(Project.load(LIBRARY), *only)
    found = [str(one) for one in (*report.leaks, *report.faults)]
    missed = [one for named in mistakes.values() for one in named if one not in found]
    assert missed == [], "\n".join(found)


_OF_CORE = {
    # The inner table has the column as well.
    f"alter policy select_own_org on app.profiles using (exists (select from workos.organization_memberships as m "
    f"where m.user_id = {_ME} and m.organization_id = organization_id))": (
        "member of A: select on app.profiles (other organization): expected none, got rows",
    ),
    # What begins with the id is not yet the organization.
    f"alter policy select_own_org on app.events using (org_id like {_ORG} || '%')": (
        "member of A: select on app.events (other organization): expected none, got rows",
    ),
    # A colleague's session is nobody's business.
    f"create policy select_colleagues on workos.sessions for select to orgscope_user using (exists (select from "
    f"workos.organization_memberships as m where m.user_id = sessions.user_id and m.organization_id = {_ORG}))": (
        "member of A: select on workos.sessions (another person's): expected none, got rows",
    ),
    # The policy of the mirror, without what keeps stubs and tombstones out.
    f"create policy select_again on workos.organization_domains for select to orgscope_user using (organization_id = {_ORG})": (
        "member of A: select on workos.organization_domains (tombstone or stub): expected none, got rows",
    ),
    "create view app.people as select id, email from workos.users": (
        "app.people: is not in any contract: nobody said who may read it",
    ),
    "grant select on sync.inbox to orgscope_monitor": (
        "sync.inbox: orgscope_monitor has SELECT, and the contract does not say so",
    ),
    "grant trigger on app.events to orgscope_user": (
        "app.events: orgscope_user has TRIGGER, and the contract does not say so",
    ),
    "alter table app.events alter column owner_id set default 'user_01ADMIN'": (
        "member of A: insert by default on app.events (own): expected rows, got denied (42501)",
    ),
}


def test_core_and_booking__mistakes_made_by_hand__each_is_named(given: Given) -> None:
    given.by_hand(*_OF_CORE)
    only = ("app.events", "app.profiles", "workos.sessions", "workos.organization_domains")
    report = given.check(None, *only)
    found = [str(one) for one in (*report.leaks, *report.faults)]
    missed = [one for named in _OF_CORE.values() for one in named if one not in found]
    assert missed == [], "\n".join(found)


def test_roles__member_of_a_role_that_reaches_more__is_named(given: Given) -> None:
    """The members do not inherit, so none is seen to reach more: each only may become the other."""
    memberships = (
        ("orgscope_owner", "orgscope_user"),
        ("orgscope_definer", "orgscope_job"),
        ("pg_read_all_data", "orgscope_monitor"),
    )
    given.by_hand(*(f"grant {role} to {member}" for role, member in memberships))
    try:
        leaks = {str(one) for one in given.check(None, "app.events").leaks}
    finally:
        given.by_hand(*(f"revoke {role} from {member}" for role, member in memberships))
    assert leaks == {
        "orgscope_user: is a member of orgscope_owner, and can act as it",
        "orgscope_api: is a member of orgscope_owner, and can act as it",
        "orgscope_job: is a member of orgscope_owner, and can act as it",
        "orgscope_job: is a member of orgscope_definer, and can act as it",
        "orgscope_monitor: is a member of pg_read_all_data, and can act as it",
    }
