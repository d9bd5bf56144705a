"""`orgscope plan`: what migrate would do, and nothing is done."""

from __future__ import annotations

from orgscope import deploy
from orgscope.deploy import Project
from tests.database import Database
from tests.migrations.projects import add_revision, add_table, edit

RELATIONS = """select count(*) from pg_class as c join pg_namespace as n on c.relnamespace = n.oid
where n.nspname !~ '^(pg_|information_schema)'"""


def test_plan__empty_database__lists_everything_and_leaves_nothing(
    empty: Database, project: Project
) -> None:
    outcome = deploy.plan(empty.settings, project)
    assert "core 0001" in outcome.revisions
    assert outcome.revisions[-1] == "shop 0001"
    assert "create schema shop" in [str(change) for change in outcome.changes]
    assert outcome.settings_changed
    assert empty.rows(RELATIONS) == [(0,)]
    assert empty.rows("select from pg_namespace where nspname = 'deploy'") == []


def test_plan__nothing_to_do__is_false(database: Database) -> None:
    outcome = deploy.plan(database.settings)
    assert not outcome
    assert outcome == deploy.Outcome()


def test_plan__edited_policy__is_named_with_its_difference(
    database: Database, copied_core: Project
) -> None:
    edit(copied_core, "policies/workos/users.sql", "id = (select authz.user_id_or_null())", "true")
    outcome = deploy.plan(database.settings)
    assert outcome.files == ["core policies/workos/users.sql"]
    (change,) = outcome.changes
    assert str(change) == "change policy workos.users select_own"
    assert any(line.startswith("-") and "user_id" in line for line in change.diff.splitlines())
    assert any(line.startswith("+") and "true" in line for line in change.diff.splitlines())
    assert deploy.plan(database.settings)  # nothing was done by the first


def test_plan__comment_edited__names_the_file_and_no_change(
    database: Database, copied_core: Project
) -> None:
    edit(copied_core, "policies/workos/users.sql", "-- Who may", "-- Who, if anybody, may")
    outcome = deploy.plan(database.settings)
    assert outcome.files == ["core policies/workos/users.sql"]
    assert outcome.changes == []


def test_plan__settings_differ__says_so(database: Database) -> None:
    outcome = deploy.plan(database.settings.model_copy(update={"token_leeway_s": 7}))
    assert outcome
    assert outcome.settings_changed
    assert database.rows("select leeway_s from authz.settings") != [(7,)]


def test_plan__new_table__shows_who_gains_access(empty: Database, project: Project) -> None:
    deploy.migrate(empty.settings, project)
    add_table(project)
    outcome = deploy.plan(empty.settings, project)
    (grant,) = (
        c for c in outcome.changes if (c.kind, c.identity) == ("grant on table", "shop.notes")
    )
    assert f"+SELECT to {empty.settings.role_prefix}_user" in grant.diff.splitlines()


def test_plan__revision_that_runs_alone__is_listed_and_not_run(
    empty: Database, project: Project
) -> None:
    add_table(project)
    deploy.migrate(empty.settings, project)
    add_revision(
        project, "idx", "-- transaction: no\ncreate index concurrently on shop.notes (body);\n"
    )
    outcome = deploy.plan(empty.settings, project)
    assert outcome.revisions == ["shop 0003"]
    assert outcome.alone == ["shop 0003"]
    assert outcome.changes == []
    assert empty.rows("select version_num from deploy.shop_head") == [("0002",)]
