"""Changes whose effect is known, planted in the lending library: each is classified."""

from __future__ import annotations

from orgscope.effect import Effect, Verdict
from tests.effect.conftest import Planned

OWN_ORG = "org_id = (select authz.org_id_or_null())"
SELECT_BOOKS = f"for select to orgscope_user\nusing ({OWN_ORG} and deleted_at is null)"
SELECT_LOANS = f"for select to orgscope_user\nusing ({OWN_ORG})"
SELECT_WISHES = "for select to orgscope_user\nusing (user_id = (select authz.user_id_or_null()))"


def lines(effect: Effect, name: str) -> list[str]:
    return [str(one) for one in effect.differences if one.object == name]


def test_effect__equivalent_files__safe(planned: Planned) -> None:
    planned.edit(
        "books",
        SELECT_BOOKS,
        "for select to orgscope_user\n"
        "using (deleted_at is null and (select authz.org_id_or_null()) = org_id)",
    )
    planned.edit("loans", "create policy select_own_org", "create policy select_own_library")
    planned.edit("wishes", "-- Who may", "-- Who, if anybody, may")
    planned.append(
        "fines",
        f"create policy select_again on library.fines for select to orgscope_user\n"
        f"using ({OWN_ORG} and reader_id = (select authz.user_id_or_null()));",
    )
    planned.revise(
        "more",
        "create index on library.wishes (isbn);\n"
        "alter table library.books add column pages integer;\n",
    )
    effect = planned.effect()
    assert [str(one) for one in effect.differences] == []
    assert effect.verdict is Verdict.SAFE
    assert effect.cases > 0
    assert (*effect.breaks, *effect.broken, effect.unproven) == ("",)


def test_effect__planted_of_every_kind__each_object_is_classified(planned: Planned) -> None:
    planned.edit("books", SELECT_BOOKS, "for select to orgscope_user using (deleted_at is null)")
    planned.edit(
        "loans",
        SELECT_LOANS,
        "for select to orgscope_user\n"
        f"using ({OWN_ORG} and reader_id = (select authz.user_id_or_null()))",
    )
    planned.edit("fines", "grant insert (org_id, id, loan_id, reader_id, amount)", "grant delete")
    planned.edit("languages", "grant select on", "grant select, insert on")
    planned.edit("wishes", "grant select, delete on", "grant select on")
    effect = planned.effect()
    assert effect.verdict is Verdict.MIXED
    assert {
        name: effect.verdict_on(f"library.{name}").value
        for name in ("books", "loans", "fines", "languages", "wishes", "loans_0")
    } == {
        "books": "widening",
        "loans": "narrowing",
        "fines": "mixed",
        "languages": "widening",
        "wishes": "narrowing",
        "loans_0": "safe",
    }
    assert any("rows of the other organization" in one for one in lines(effect, "library.books"))
    assert any(
        "fewer" in one or "colleagues' rows" in one for one in lines(effect, "library.loans")
    )
    assert any('[tables."library.books"] user.select' in line for line in effect.breaks)


def test_effect__more_rows_for_some__widening(planned: Planned) -> None:
    planned.edit(
        "books",
        SELECT_BOOKS,
        "for select to orgscope_user\n"
        f"using (({OWN_ORG} or title = 'Emma') and deleted_at is null)",
    )
    planned.edit(
        "loans",
        SELECT_LOANS,
        f"for select to orgscope_user\nusing ({OWN_ORG} or (select authz.role()) = 'librarian')",
    )
    planned.append(
        "fines",
        f"create policy select_team on library.fines for select to orgscope_user\n"
        f"using ({OWN_ORG});",
    )
    planned.append("wishes", "alter table library.wishes no force row level security;")
    planned.append(
        "languages", "grant select on library.languages to orgscope_user with grant option;"
    )
    planned.write("sql/library/functions/count_books.sql", COUNT_BOOKS)
    effect = planned.effect()
    assert [str(one) for one in effect.differences if not one.gained] == []
    assert effect.verdict is Verdict.WIDENING
    for name in ("books", "loans", "fines", "wishes", "languages", "count_books()"):
        assert effect.verdict_on(f"library.{name}") is Verdict.WIDENING, name
    assert any(
        "member of A with the role librarian" in one for one in lines(effect, "library.loans")
    )


COUNT_BOOKS = """set local role orgscope_definer;
create or replace function library.count_books() returns bigint language sql stable
security definer set search_path = pg_catalog, pg_temp set row_security = on
begin atomic select count(*) from library.books; end;
comment on function library.count_books() is 'Count the books of all libraries.';
revoke all on function library.count_books() from public;
grant execute on function library.count_books() to orgscope_user;
"""


def test_effect__fewer_rows_for_some__narrowing(planned: Planned) -> None:
    planned.append(
        "books",
        "create policy restrict_audio on library.books as restrictive for select\n"
        "to orgscope_user using (binding <> 'audio');",
    )
    planned.edit("loans", "grant update (returned_at) on library.loans to orgscope_user;", "")
    planned.edit(
        "wishes",
        SELECT_WISHES,
        "for select to orgscope_user\n"
        "using (user_id = (select authz.user_id_or_null()) and note is not null)",
    )
    planned.edit(
        "fines",
        "orgscope_user, orgscope_admin, orgscope_auditor, orgscope_backup",
        "orgscope_user, orgscope_admin, orgscope_backup",
    )
    planned.edit(
        "languages",
        "(select authz.claims_or_null()) is not null",
        "(select authz.org_id_or_null()) is not null",
    )
    effect = planned.effect()
    assert effect.verdict is Verdict.NARROWING
    for name in ("books", "loans", "wishes", "fines", "languages"):
        assert effect.verdict_on(f"library.{name}") is Verdict.NARROWING, name
