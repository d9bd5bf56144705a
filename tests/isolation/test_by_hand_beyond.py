"""Mistakes as people make them: who looks, what rows share, and what a function does with both."""

from __future__ import annotations

import pytest

from orgscope.deploy import Project
from tests.isolation.conftest import Given, assert_named
from tests.projects import LIBRARY

_ME = "(select authz.user_id_or_null())"
_ORG = "(select authz.org_id_or_null())"
_OTHER = "(other organization): expected none, got rows"
_BODY = "security definer set search_path = pg_catalog, pg_temp set row_security = on begin atomic;"
_DEBTORS = f"create or replace function library.debtors() returns table (reader_id text) language sql stable {_BODY}"
_WITHDRAW = (
    f"create or replace function library.withdraw_book(id uuid) returns boolean language sql volatile {_BODY} "
    "update library.books as b set deleted_at = now() where b.id = withdraw_book.id and b.deleted_at is null"
)
# statement -> what must be reported; the mistakes of one batch do not hide each other
_WHO = {
    # Only somebody of a certain name, role or standing is let in.
    "create policy visits on app.events for select to orgscope_user using "
    "((select authz.permissions()) @> array['visit:' || org_id])": (
        f"member of A with the permission visit:org_0116V51S01AT10N00TENANT00B: select on app.events {_OTHER}",
    ),
    "create policy granted on app.events for select to orgscope_user using (exists (select from workos.roles as r "
    "where r.slug = (select authz.role()) and r.permissions ? 'events:all'))": (
        f"member of A whose role gives events:all: select on app.events {_OTHER}",
    ),
    f"create policy export on app.events for select to orgscope_user using ({_ME} is null "
    "and (select authz.claims_or_null() ->> 'actor') = 'nightly-export')": (
        f"job of A called nightly-export: select on app.events {_OTHER}",
    ),
    f"create policy root on app.events for select to orgscope_user using ({_ME} = 'user_01ROOT')": (
        f"member of A who is user_01ROOT: select on app.events {_OTHER}",
    ),
    f"create policy hq on app.events for select to orgscope_user using ({_ORG} = 'org_01HEADQUARTERS')": (
        f"member of org_01HEADQUARTERS: select on app.events {_OTHER}",
    ),
    "create policy named on app.events for select to orgscope_user using (exists (select from workos.organizations "
    f"as o where o.id = {_ORG} and o.name like 'HQ%'))": (
        f"member of A, which is called HQ: select on app.events {_OTHER}",
    ),
    "create policy first on app.profiles for select to orgscope_user using (org_id = coalesce("
    f"{_ORG}, (select m.organization_id from workos.organization_memberships as m where m.user_id = {_ME} "
    "order by m.created_at limit 1)))": (
        f"inactive member without organization: select on app.profiles {_OTHER}",
    ),
}
_SHARED = {
    # Nothing is contained in everything, and whoever shares with nobody shares with all.
    "alter table app.events add column shared_with text[], add column sharing jsonb": (),
    f"create policy shared on app.events for select to orgscope_user using (shared_with <@ array[{_ORG}])": (
        f"member of A: select on app.events {_OTHER}",
    ),
    "create policy listed on app.events for delete to orgscope_user using ((sharing -> 'orgs') = '[]'::jsonb)": (
        "member of A: delete without condition on app.events (some rows): expected none, got rows",
    ),
    # The session began elsewhere; two organizations have one name.
    "create policy begun on app.profiles for select to orgscope_user using (org_id = (select s.organization_id "
    "from workos.sessions as s where s.id = (select authz.claims_or_null() ->> 'session_id')))": (
        f"member of A: select on app.profiles {_OTHER}",
    ),
    "create policy homonym on app.profiles for update to orgscope_user using (org_id in (select o.id from "
    f"workos.organizations as o inner join workos.organizations as mine on o.name = mine.name where mine.id = {_ORG}))": (
        f"member of A: select for update on app.profiles {_OTHER}",
    ),
}
_MIRROR = {
    f"alter policy select_own on workos.groups using (deleted_at is null and starts_with(organization_id, {_ORG}))": (
        f"member of A: select on workos.groups {_OTHER}",
    ),
    f"alter policy select_own on workos.roles using (deleted_at is null and lower(organization_id) = lower({_ORG}))": (
        f"member of A: select on workos.roles {_OTHER}",
    ),
    "create policy asked on workos.organization_domains for select to orgscope_user using (organization_id = any(array("
    f"select m.organization_id from workos.organization_memberships as m where m.user_id = {_ME} and m.status = 'pending')))": (
        f"member of A: select on workos.organization_domains {_OTHER}",
    ),
}
_PEOPLE = {
    # Whoever has an address like ours, or the role of the one who looks.
    "create policy mail on workos.users for select to orgscope_user using (split_part(lower(email), '@', 2) = "
    f"any(array(select d.domain from workos.organization_domains as d where d.organization_id = {_ORG})))": (
        f"member of A: select on workos.users {_OTHER}",
    ),
    "create policy managed on workos.organization_memberships for select to orgscope_user using "
    "(directory_managed and role_slug = (select authz.role()))": (
        f"member of A: select on workos.organization_memberships {_OTHER}",
    ),
}
_BODIES = {
    # What stands in a function decides as well: a time, a role, a permission.
    "create or replace procedure library.return_all() language sql "
    f"{_BODY} update library.loans as l set returned_at = now() where l.returned_at is null "
    "and (l.org_id = (select authz.org_id()) or l.lent_at < now() - interval '1 year'); end": (
        "member of A: effects of call on library.return_all() (other organization, of library.loans): expected none, got rows",
    ),
    f"{_DEBTORS} select distinct f.reader_id from library.fines as f where f.org_id = (select authz.org_id()) "
    "or (select authz.role()) = 'supervisor' or (select authz.has_permission('fines:all')); end": (
        "member of A with the role supervisor and no permission: call on library.debtors() (other organization, "
        "of library.fines): expected none, got rows",
        "member of A with the permission fines:all: call on library.debtors() (other organization, "
        "of library.fines): expected none, got rows",
    ),
    # Wherever the person was a member.
    f"{_WITHDRAW} and b.org_id in (select m.organization_id from workos.organization_memberships as m "
    "where m.user_id = (select authz.user_id())) returning true; end": (
        "member of A: effects of call on library.withdraw_book(uuid) (other organization, of library.books): "
        "expected none, got rows",
    ),
    # What is lent is seen although it was withdrawn; whoever is mentioned sees it.
    f"alter policy select_own_org on library.books using (org_id = {_ORG} and (deleted_at is null or exists (select from "
    "library.loans as l where l.org_id = books.org_id and l.book_id = books.id and l.returned_at is null)))": (
        "member of A: select on library.books (tombstone or stub): expected none, got rows",
    ),
    f"create policy mentioned on library.wishes for select to orgscope_user using (strpos(note, {_ME}) > 0)": (
        "member of A: select on library.wishes (another person's): expected none, got rows",
    ),
}
_IDS = {
    # An id is taken for a key although another tenant may have the same one.
    f"{_WITHDRAW} and b.id in (select o.id from library.books as o where o.org_id = (select authz.org_id())) "
    "returning true; end": (
        "member of A: effects of call on library.withdraw_book(uuid) (other organization, of library.books): "
        "expected none, got rows",
    ),
    f"{_DEBTORS} select distinct l.reader_id from library.fines as f inner join library.loans as l on f.loan_id = l.id "
    "where f.org_id = (select authz.org_id()); end": (
        "member of A: call on library.debtors() (other organization, of library.fines): expected none, got rows",
    ),
    "create function library.tg_fines__return() returns trigger language plpgsql security definer "
    "set search_path = pg_catalog, pg_temp set row_security = on as $$ begin update library.loans as l "
    "set returned_at = now() where l.id = new.loan_id and l.returned_at is null; return null; end $$; "
    "alter function library.tg_fines__return() owner to orgscope_definer; "
    "revoke all on function library.tg_fines__return() from public; "
    "create trigger returned after insert on library.fines for each row execute function library.tg_fines__return()": (
        "member of A: effects of insert on library.fines (other organization, of library.loans): expected none, got rows",
    ),
}
_FIGURES = {
    # A figure that is somebody.
    "create or replace view library.figures as select (select count(*) from library.books as b "
    "where b.deleted_at is null) as books, (select count(*) from library.loans as l where l.returned_at is null) "
    "as open_loans, (select l.reader_id from library.loans as l group by l.reader_id order by count(*) desc limit 1) "
    "as busiest": (
        "monitor login: select rows on library.figures (any organization, of library.fines): expected none, got rows",
    ),
}
_ALIKE = {
    f"{_DEBTORS} select f.reader_id from library.fines as f where lower(f.org_id) = lower((select authz.org_id())); end": (
        "member of A: call on library.debtors() (other organization, of library.fines): expected none, got rows",
    ),
}


@pytest.mark.parametrize(
    ("mistakes", "only"),
    [
        pytest.param(_WHO, ("app.events", "app.profiles"), id="who"),
        pytest.param(_SHARED, ("app.events", "app.profiles"), id="shared"),
        pytest.param(
            _MIRROR, ("workos.groups", "workos.roles", "workos.organization_domains"), id="mirror"
        ),
        pytest.param(_PEOPLE, ("workos.users", "workos.organization_memberships"), id="people"),
    ],
)
def test_booking__mistakes_made_by_hand__each_is_named(
    given: Given, mistakes: dict[str, tuple[str, ...]], only: tuple[str, ...]
) -> None:
    given.by_hand(*mistakes)
    assert_named(given.check(None, *only), mistakes.values())


def test_views__figure_that_is_somebody__named(lending: Given) -> None:
    lending.by_hand(*_FIGURES)
    assert_named(lending.check(Project.load(LIBRARY), "library.figures"), _FIGURES.values())


@pytest.mark.parametrize("mistakes", [_BODIES, _IDS, _ALIKE], ids=["bodies", "shared_ids", "alike"])
def test_library__mistakes_made_by_hand__each_is_named(
    lending: Given, mistakes: dict[str, tuple[str, ...]]
) -> None:
    lending.by_hand(*mistakes)
    names = "library.return_all", "library.debtors", "library.withdraw_book"
    tables = "library.books", "library.loans", "library.fines", "library.wishes"
    assert_named(lending.check(Project.load(LIBRARY), *tables, *names), mistakes.values())
