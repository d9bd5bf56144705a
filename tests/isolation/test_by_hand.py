"""Mistakes as people make them, which no mutant is: each must be named."""

from __future__ import annotations

import pytest

from orgscope.deploy import Project
from tests.isolation.conftest import Given, assert_named
from tests.projects import LIBRARY

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
        "member of A: update without condition on library.books (some rows): expected none, got rows",
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
        "job of A: update without condition on library.loans (some rows): expected none, got rows",
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
_MARKED = {
    # What else the mirror says of a person and of a membership.
    "create policy by_age on library.books for select to orgscope_user using (exists (select from workos.users as u "
    f"where u.id = {_ME} and u.created_at < '2024-01-01'))": (
        "member of A whose created_at is 2023-12-31T23:00:00.000Z: select on library.books (other organization): expected none, got rows",
    ),
    "create policy by_check on library.loans for select to orgscope_user using (exists (select from workos.users as u "
    f"where u.id = {_ME} and not u.email_verified))": (
        "member of A whose email_verified is false: select on library.loans (other organization): expected none, got rows",
    ),
    "create policy by_directory on library.fines for select to orgscope_user using (exists (select from "
    f"workos.organization_memberships as m where m.user_id = {_ME} and m.directory_managed))": (
        "member of A whom a directory manages: select on library.fines (other organization): expected none, got rows",
    ),
}
_DELETED = {
    f"alter policy select_own_org on library.books using (org_id = {_ORG} "
    "and (deleted_at is null or deleted_at > now() - interval '30 days'))": (
        "member of A: select on library.books (tombstone or stub): expected none, got rows",
    ),
}
_DELETED_LATER = {
    f"alter policy select_own_org on library.books using (org_id = {_ORG} "
    "and (deleted_at is null or deleted_at > now()))": (
        "member of A: select on library.books (tombstone or stub): expected none, got rows",
    ),
}
_ALIKE = {
    # What two columns have alike; anything that stands in the row; the day before yesterday.
    "create policy quick on library.loans for delete to orgscope_user using (lent_at = returned_at)": (
        "member of A: delete without condition on library.loans (some rows): expected none, got rows (23001)",
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
        "member of A: delete without condition on library.loans (some rows): expected none, got rows (23001)",
    ),
    f"alter policy insert_own_org on library.books with check ({_ORG} like org_id || '%')": (
        "member of A: insert on library.books (other organization): expected denied, got rows",
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
        pytest.param(_MARKED, _TABLES, id="marked"),
        pytest.param(_DELETED, ("library.books",), id="deleted"),
        pytest.param(_DELETED_LATER, ("library.books",), id="deleted_later"),
    ],
)
def test_policies__mistakes_made_by_hand__each_is_named(
    lending: Given, mistakes: dict[str, tuple[str, ...]], only: tuple[str, ...]
) -> None:
    lending.by_hand(*mistakes)
    assert_named(lending.check(Project.load(LIBRARY), *only), mistakes.values())
