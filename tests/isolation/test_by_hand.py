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
    # Another library's titles stand beside our loans, which the view's own condition picks.
    "create or replace view library.open_loans as select l.org_id, l.reader_id, b.title, l.lent_at "
    "from library.loans as l, library.books as b where l.org_id = (select authz.org_id_or_null())": (
        "library.open_loans: is no security_barrier, so a function in its reader's condition sees the rows that "
        "its own condition keeps back: set security_barrier",
    ),
    "alter view library.open_loans owner to orgscope_definer": (
        "member of A: select rows on library.open_loans (other organization, of library.books): expected none, got rows",
    ),
    # The inner table has an org_id of its own, so the outer one is never meant.
    "alter policy insert_own_org on library.books with check (exists (select from library.loans as l where l.org_id = org_id))": (
        "member of A: insert on library.books (other organization): expected denied, got rows",
    ),
    # Deleted rows are hidden from reading, and forgotten when it comes to writing.
    f"alter policy update_own_org on library.books using (org_id = {_ORG}) with check (org_id = {_ORG})": (
        "member of A: update without condition on library.books (1 of 8 rows): expected none, got rows",
    ),
    # A second permissive policy widens the first.
    "create policy return_any on library.loans for update to orgscope_user using (returned_at is null)": (
        "member of A: select for update on library.loans (other organization): expected none, got rows",
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
        "job of A: update without condition on library.loans (0 of 11 rows): expected none, got rows",
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
    # The same two calls further down, where PostgreSQL records no dependency; and behind an operator.
    "create function library.flag() returns text language plpgsql stable as "
    "$$ begin return (select setting from pg_settings where name = 'app.support'); end $$": (
        "library.flag(): policies call it, and it reads a setting, which every session can change",
    ),
    "create function library.is_staff() returns boolean language plpgsql stable as "
    "$$ begin return library.flag() = 'on'; end $$": (),
    "create policy staff on library.fines for select to orgscope_user using (library.is_staff())": (),
    "create function library.same(text, text) returns boolean language sql stable begin atomic; "
    "select $1 = $2 or current_query() like '%/* support */%'; end": (
        "library.same(text,text): policies call it, and it reads the text of the query, which every session "
        "can change",
    ),
    "create operator library.=== (leftarg = text, rightarg = text, function = library.same)": (),
    f"create policy same on library.fines for select to orgscope_user using (org_id operator(library.===) {_ORG})": (),
    # What the caller of authz.begin writes beside the token.
    "create policy asked on library.fines for select to orgscope_user "
    "using ((select authz.claims_or_null() #>> '{request,support}') = 'yes')": (
        "library.fines: policy asked reads the metadata of a request, which every session can change",
    ),
    # Nothing shows before its time, on the machine of the test, or by luck.
    "create policy later on library.fines for select to orgscope_user "
    "using (org_id is null and now() < '1999-01-01' or now() > '2199-01-01')": (
        "library.fines: policy later reads the clock, and no time of the row: what it opens by that was not tried",
    ),
    "create policy production on library.fines for select to orgscope_user using (current_database() = 'production')": (
        "library.fines: policy production reads the name of the database: what it opens by that was not tried",
    ),
    "create policy sample on library.fines for select to orgscope_user using (random() < 0)": (
        "library.fines: policy sample reads chance: what it opens by that was not tried",
    ),
    # A default that was meant for one installation.
    "alter table library.loans alter column org_id set default 'org_01MAIN'": (
        "member of A: insert by default on library.loans (own): expected rows, got denied (42501)",
    ),
}
_LIKE_NO_OTHER = {
    # What opens a row is seldom one literal: a pattern, two columns together, a short while, a fraction,
    # a row of another table.
    "create policy shared on library.books for select to orgscope_user "
    "using (title ~ '^shared' and language_code = 'de')": (
        "member of A: select on library.books (other organization): expected none, got rows",
    ),
    "create policy lately on library.loans for select to orgscope_user "
    "using (returned_at between now() - interval '1 day' and now())": (
        "member of A: select on library.loans (other organization): expected none, got rows",
    ),
    "create policy trifles on library.fines for select to orgscope_user using (amount < 0.50)": (
        "member of A: select on library.fines (other organization): expected none, got rows",
    ),
    "create policy popular on library.wishes for select to orgscope_user using (exists (select from "
    "library.loans as l where l.returned_at is not null and (select authz.org_id_or_null()) = l.org_id))": (
        "member of A: select on library.wishes (another person's): expected none, got rows",
    ),
}
_ENTITLED = {
    # The role is read in another way, in another form, or among others.
    "create policy by_claims on library.books for select to orgscope_user "
    "using ((select authz.claims_or_null() ->> 'role') = 'director')": (
        "member of A with the role director: select on library.books (other organization): expected none, got rows",
    ),
    "create policy by_pattern on library.loans for select to orgscope_user using ((select authz.role()) like 'chief%')": (
        "member of A with the role chief: select on library.loans (other organization): expected none, got rows",
    ),
    "create policy by_list on library.fines for select to orgscope_user "
    "using ((select authz.permissions()) && '{fines:all,fines:*}')": (
        "member of A with the permission fines:*: select on library.fines (other organization): expected none, got rows",
    ),
    # It is written in capitals, or they are only counted.
    "create policy by_form on library.fines for select to orgscope_user using ((select authz.has_permission('Fines.All')))": (
        "member of A with the permission Fines.All: select on library.fines (other organization): expected none, got rows",
    ),
    "create policy by_number on library.books for select to orgscope_user using (cardinality((select authz.permissions())) > 7)": (
        "member of A with 8 permissions: select on library.books (other organization): expected none, got rows",
    ),
    # Who signed in, with what address, and how.
    "create policy by_support on library.books for select to orgscope_user "
    "using ((select authz.claims_or_null() ->> 'actor') like '%@support.example')": (
        "member of A impersonated by a@support.example: select on library.books (other organization): expected none, got rows",
    ),
    "create policy by_vendor on library.loans for select to orgscope_user using (exists (select from workos.users as u "
    f"where u.id = {_ME} and split_part(u.email, '@', 2) = 'vendor.example'))": (
        "member of A whose email is a@vendor.example: select on library.loans (other organization): expected none, got rows",
    ),
    "create policy by_method on library.fines for select to orgscope_user using (exists (select from workos.sessions as s "
    f"where s.user_id = {_ME} and s.auth_method in ('sso', 'saml')))": (
        "member of A signed in by saml: select on library.fines (other organization): expected none, got rows",
    ),
    "create policy by_login on library.wishes for select to orgscope_user using (session_user like 'support%')": (
        "library.wishes: policy by_login reads the name of the login: what it opens by that was not tried",
    ),
    # A role in whatever organization.
    "create policy by_membership on library.wishes for select to orgscope_user using (exists (select from "
    f"workos.organization_memberships as m where m.user_id = {_ME} and m.role_slug = 'curator'))": (
        "member of A with the role curator: select on library.wishes (another person's): expected none, got rows",
    ),
}
_ALIKE = {
    # What two columns have alike; anything that stands in the row; the day before yesterday.
    "create policy quick on library.loans for delete to orgscope_user using (lent_at = returned_at)": (
        "member of A: delete without condition on library.loans (21 of 88 rows): expected none, got rows",
    ),
    "create policy noted on library.wishes for select to orgscope_user using (note = user_id)": (
        "member of A: select on library.wishes (another person's): expected none, got rows",
    ),
    "create policy about on library.books for select to orgscope_user using (books::text like '%atlas%')": (
        "member of A: select on library.books (other organization): expected none, got rows",
    ),
    "create policy lately on library.loans for select to orgscope_user "
    "using (returned_at between now() - interval '3 days' and now() - interval '2 days')": (
        "member of A: select on library.loans (other organization): expected none, got rows",
    ),
    # An id is as long as they all are.
    "create policy real on library.fines for select to orgscope_user using (length(org_id) = 30)": (
        "member of A: select on library.fines (other organization): expected none, got rows",
    ),
}
_CUT_SHORT = {
    # The beginning, the end or the hash of an id stands for all of it.
    f"alter policy select_own_org on library.books using (right(org_id, 8) = right({_ORG}, 8) and deleted_at is null)": (
        "member of A: select on library.books (other organization): expected none, got rows",
    ),
    f"alter policy select_own_org on library.loans using (left(org_id, 24) = left({_ORG}, 24))": (
        "member of A: select on library.loans (other organization): expected none, got rows",
    ),
    f"alter policy select_own on library.fines using (hashtext(org_id) % 10 = hashtext({_ORG}) % 10 and reader_id = {_ME})": (
        "member of A: select on library.fines (own, elsewhere): expected none, got rows",
    ),
    f"alter policy delete_own on library.loans using (lower(org_id) = lower({_ORG}) and reader_id = {_ME})": (
        "member of A: delete without condition on library.loans (1 of 8 rows): expected none, got rows (23001)",
    ),
    f"alter policy insert_own_org on library.books with check ({_ORG} like org_id || '%')": (
        "member of A: insert on library.books (other organization): expected denied, got rows",
    ),
}


def _definer(signature: str, body: str) -> str:
    """Make a definer that requests may execute: an overload of one that the contract names."""
    name = signature.replace(" ids", "").replace(" wanted", "").replace(" since", "")
    return (
        f"create function {signature} {body}; alter function {name} owner to orgscope_definer; "
        f"revoke execute on function {name} from public; grant execute on function {name} to orgscope_user"
    )


_DEFINER = "language sql stable security definer set search_path = pg_catalog, pg_temp set row_security = on begin atomic;"
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
    _definer(
        "library.debtors(since timestamptz)",
        f"returns setof text {_DEFINER} select l.reader_id || b.title from library.loans as l, library.books as b "
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


@pytest.mark.parametrize(
    ("mistakes", "only"),
    [
        pytest.param(
            _CONDITIONS, (*_TABLES, "library.debtors", "library.open_loans"), id="conditions"
        ),
        pytest.param(_TENANTS, (*_TABLES, "library.debtors"), id="tenants"),
        pytest.param(_LIKE_NO_OTHER, _TABLES, id="like_no_other"),
        pytest.param(_ALIKE, _TABLES, id="alike"),
        pytest.param(_CUT_SHORT, _TABLES, id="cut_short"),
        pytest.param(_ENTITLED, _TABLES, id="entitled"),
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
