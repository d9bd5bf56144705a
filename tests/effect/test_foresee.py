"""What `orgscope plan` says of access, beside planted policies: where it looks, and what it cannot."""

from __future__ import annotations

from dataclasses import replace

import psycopg

from orgscope.effect import Verdict
from tests.effect.conftest import Planned
from tests.effect.test_planted import SELECT_BOOKS

CLONES = "select datname from pg_database where datname like 'orgscope_isolation_%'"


def test_foresee__nothing_to_do__safe_and_nothing_is_tried(planned: Planned) -> None:
    effect = planned.effect()
    assert (effect.verdict, effect.cases) == (Verdict.SAFE, 0)


def test_foresee__somebody_is_connected__schema_is_copied_and_the_clone_is_dropped(
    planned: Planned,
) -> None:
    planned.edit("books", SELECT_BOOKS, "for select to orgscope_user using (deleted_at is null)")
    planned.revise("shelves", "create index on library.books (binding);")
    before = planned.names(CLONES)
    with psycopg.connect(planned.settings.url("dba")):
        effect = planned.effect()
    assert effect.unproven == ""
    assert effect.verdict_on("library.books") is Verdict.WIDENING
    assert planned.names(CLONES) == before
    assert planned.names("select version_num from deploy.library_head") == ["0002"]


def test_foresee__revision_that_counts_rows__is_rehearsed_in_a_clone_without_them(
    planned: Planned,
) -> None:
    planned.by_hand(
        "insert into library.books (org_id, isbn, title, binding) values "
        "('org_01REAL', '9780000000002', 'Persuasion', 'audio')"
    )
    planned.revise(
        "rename",
        "-- unforced: library.books\n-- rows: 1\n"
        "update library.books set title = 'Emma' where title = 'Persuasion';\n",
    )
    planned.edit("books", SELECT_BOOKS, "for select to orgscope_user using (deleted_at is null)")
    effect = planned.effect()
    assert effect.unproven == ""
    assert effect.verdict is Verdict.WIDENING
    assert planned.names("select title from library.books") == ["Persuasion"]


def test_foresee__policies_only__what_else_waits_is_not_rehearsed(planned: Planned) -> None:
    planned.by_hand(
        "create function library.stop() returns trigger language plpgsql set search_path = "
        "pg_catalog, pg_temp as 'begin return null; end'",
        "alter function library.stop() owner to orgscope_owner",
        "revoke all on function library.stop() from public",
    )
    planned.write(
        "sql/library/triggers/wishes.sql",
        "create or replace trigger _100_stop before delete on library.wishes for each row "
        "execute function library.stop();\n",
    )
    planned.append("wishes", "grant truncate on library.wishes to orgscope_user;")
    effect = planned.effect(policies_only=True)
    assert effect.unproven == ""
    assert {one.gained for one in effect.differences} == {True}
    assert "positive control" in planned.effect().unproven, "with the trigger nobody deletes"


def test_foresee__no_url_of_the_dba__grants_are_told_and_the_verdict_is_not_given(
    planned: Planned,
) -> None:
    planned.append("wishes", "grant truncate on library.wishes to orgscope_user;")
    planned = replace(planned, settings=planned.settings.model_copy(update={"dba_url": None}))
    effect = planned.effect()
    assert [str(one) for one in effect.differences] == [
        "gains library.wishes: orgscope_user: TRUNCATE"
    ]
    assert effect.verdict is effect.verdict_on("library.wishes") is Verdict.UNPROVEN
    assert "ORGSCOPE_DBA_URL" in effect.unproven


def test_foresee__broken_before__is_told_apart_from_what_breaks(planned: Planned) -> None:
    planned.by_hand("grant truncate on library.wishes to orgscope_user")
    planned.edit("wishes", "grant select, delete on", "grant select, delete, truncate on")
    planned.append("wishes", "grant references on library.wishes to orgscope_user;")
    effect = planned.effect()
    assert any("REFERENCES" in line for line in effect.breaks)
    assert not any("TRUNCATE" in line for line in effect.breaks)
    assert any("TRUNCATE" in line for line in effect.broken)


def test_foresee__policy_for_a_role_that_nobody_plays__told_and_not_judged_when_it_changes(
    planned: Planned,
) -> None:
    planned.by_hand(
        "do $$ begin create role reporting; exception when duplicate_object then null; end $$"
    )
    report = "create policy report on library.loans for select to reporting using (true);"
    planned.append("loans", report)
    effect = planned.effect()
    assert "gains library.loans: reporting: permissive policy report" in map(
        str, effect.differences
    )
    assert "reporting" in effect.unproven


def test_foresee__function_of_the_project_behind_a_policy__its_tables_are_tried(
    planned: Planned,
) -> None:
    planned.write("sql/library/functions/is_shown.sql", shown("not b.deleted_at is not null"))
    planned.edit("books", "and deleted_at is null);\ncreate policy insert", CALLS_SHOWN)
    planned.deploy()
    planned.write("sql/library/functions/is_shown.sql", shown("true"))
    effect = planned.effect()
    assert "gains library.books: member of A, member of B" in "\n".join(
        map(str, effect.differences)
    )
    assert "deleted rows" in "\n".join(map(str, effect.differences))


CALLS_SHOWN = "and library.is_shown(books));\ncreate policy insert"


def shown(condition: str) -> str:
    return f"""create or replace function library.is_shown(b library.books)
returns boolean language sql stable begin atomic select {condition}; end;
comment on function library.is_shown(library.books) is 'Tell whether a book is shown.';
revoke all on function library.is_shown(library.books) from public;
grant execute on function library.is_shown(library.books) to orgscope_user;
"""


def test_foresee__table_in_no_contract__not_judged(planned: Planned) -> None:
    planned.revise("notes", NOTES)
    planned.write("policies/library/notes.sql", NOTES_POLICIES)
    planned.deploy()
    planned.edit("notes", "using (org_id = (select authz.org_id_or_null()))", "using (true)")
    effect = planned.effect()
    assert effect.verdict is Verdict.UNPROVEN
    assert "library.notes" in effect.unproven


NOTES = """create table library.notes (
  org_id text collate "C" not null, id integer not null, primary key (org_id, id)
);
"""
NOTES_POLICIES = """call authz.reset_policies('library.notes');
create policy select_own_org on library.notes for select to orgscope_user
using (org_id = (select authz.org_id_or_null()));
grant select on library.notes to orgscope_user;
"""


def test_foresee__names_that_need_quotes__tried_as_any_other(planned: Planned) -> None:
    planned.revise("order", NOTES.replace("library.notes", 'library."order"'))
    text = NOTES_POLICIES.replace("library.notes", 'library."order"')
    planned.write("policies/library/order.sql", text.replace("select_own_org", '"Own org"'))
    contract = planned.project.policies / "contract.toml"
    contract.write_text(contract.read_text("utf-8") + ORDER, "utf-8")
    planned.deploy()
    planned.edit("order", "using (org_id = (select authz.org_id_or_null()))", "using (true)")
    effect = planned.effect()
    assert effect.verdict is Verdict.WIDENING, effect.unproven
    assert effect.verdict_on("library.order") is Verdict.WIDENING
    assert effect.cases < 5000, "only this table is tried"


ORDER = """
[tables."library.order"]
scope = "organization"
organization = "org_id"

[tables."library.order".user]
select = "organization"
"""


def test_rights__view_made_an_invoker_in_other_words__opens_nothing(planned: Planned) -> None:
    view = "create or replace view library.titles with (security_invoker = {}) as select 1 as x;\n"
    planned.write("sql/library/views/titles.sql", view.format("true"))
    planned.deploy()
    planned.write("sql/library/views/titles.sql", view.format("on"))
    assert planned.effect().differences == []
    planned.write("sql/library/views/titles.sql", view.format("off"))
    assert "gains library.titles: is read as its owner" in map(str, planned.effect().differences)


def test_foresee__table_dropped__whoever_had_grants_loses_them(planned: Planned) -> None:
    planned.revise("no_wishes", "drop table library.wishes;")
    (planned.project.policies / "library" / "wishes.sql").unlink()
    contract = planned.project.policies / "contract.toml"
    text = contract.read_text("utf-8")
    start, end = text.index('[tables."library.wishes"]'), text.index('[tables."library.books"]')
    contract.write_text(text[:start] + text[end:], "utf-8")
    effect = planned.effect()
    assert effect.verdict is Verdict.NARROWING
    assert "loses library.wishes: orgscope_user: SELECT" in map(str, effect.differences)
    assert effect.breaks == []


def test_foresee__grant_on_a_sequence__gained_and_breaks_the_contract(planned: Planned) -> None:
    planned.revise("numbers", "create sequence library.numbers;")
    planned.deploy()
    planned.append("wishes", "grant select on sequence library.numbers to orgscope_user;")
    effect = planned.effect()
    assert effect.verdict is Verdict.WIDENING
    assert [str(one) for one in effect.differences] == [
        "gains library.numbers: orgscope_user: SELECT"
    ]
    assert any("library.numbers" in line for line in effect.breaks)
