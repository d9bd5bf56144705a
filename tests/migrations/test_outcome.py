"""What `plan`, `migrate` and `drift` print: orgscope's own new objects counted, all else told."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from orgscope import deploy
from orgscope.cli import app
from orgscope.commands.outcome import show_outcome
from orgscope.deploy import Project
from orgscope.devstack import environment
from orgscope.repeatable_files import render
from tests.database import Database
from tests.migrations.projects import add_revision, add_table, write

TRIGGER = """create or replace trigger _900_shop before delete on workos.users for each row
execute function pg_catalog.suppress_redundant_updates_trigger();
"""


def test_plan__first_deployment__core_is_counted_and_what_a_project_does_there_is_told(
    empty: Database, project: Project, tmp_path: Path
) -> None:
    add_table(project)
    add_revision(project, "open", "grant insert on workos.users to orgscope_monitor;\n")
    write(project, "sql/workos/triggers/shop.sql", TRIGGER)
    file = tmp_path / "plan.json"
    words = ["plan", "--project", str(project.root), "--json", str(file)]
    known = environment(empty.settings)
    result = CliRunner().invoke(app, words, env=known)
    assert result.exit_code == 2
    lines = result.output.splitlines()
    assert len(lines) < 150
    assert "create relation shop.notes" in lines
    assert "create grant on table workos.users" in lines
    assert "create trigger workos.users _900_shop" in lines
    (workos,) = (line for line in lines if line.startswith("create workos: "))
    outcome = deploy.plan(empty.settings, project)
    made = [str(change) for change in outcome.changes]
    tables = [
        one.identity
        for one in outcome.changes
        if one.schema == "workos" and (one.definition or "").startswith("kind r")
    ]
    assert workos.startswith(f"create workos: {len(tables)} tables, ")
    assert [one["change"] for one in json.loads(file.read_text("utf-8"))["changes"]] == made
    every = CliRunner().invoke(app, [*words, "--no-access", "--all"], env=known).output.splitlines()
    assert [line for line in every if line in {*made}] == made


def test_show_outcome__upgrade_of_core__what_it_does_to_a_table_that_was_there_is_told(
    database: Database, copied_core: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    add_revision(
        copied_core,
        "more",
        "create table workos.more (id text);\n"
        "alter table workos.users add column more text;\n"
        "create policy more on workos.users for select to orgscope_monitor using (true);\n"
        "drop policy more on workos.users;\n",
    )
    path = copied_core.root / "policies/workos/groups.sql"
    path.write_text(
        f"{path.read_text('utf-8')}\n"
        "create policy more on workos.groups for select to orgscope_monitor using (true);\n"
    )
    show_outcome(deploy.plan(database.settings), "")
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line.startswith(("create", "change", "drop", "file"))] == [
        "file core policies/workos/groups.sql",
        "create workos: 1 table, 1 grant, 1 column",
        "create column workos.users.more",
        "create policy workos.groups more",
    ]


def test_migrate__changed_by_hand_beside_it__says_how_many_and_who_names_them(
    database: Database,
) -> None:
    database.admin.execute("create policy everything on workos.users using (true)")
    known = environment(database.settings)
    result = CliRunner().invoke(app, ["migrate"], env=known)
    assert result.exit_code == 0
    assert result.output.splitlines() == [
        "nothing to do",
        "1 object differs from what was deployed: orgscope drift names it",
    ]
    assert "orgscope migrate --repair" in CliRunner().invoke(app, ["drift"], env=known).output


def test_plan__tables_to_adopt__are_not_told_as_changed_by_hand(
    database: Database, project: Project
) -> None:
    for statement in (
        "create schema shop authorization orgscope_owner",
        "create table shop.rooms (id int)",
        "alter table shop.rooms owner to orgscope_owner",
    ):
        database.admin.execute(render(statement, database.settings.role_prefix))
    add_revision(project, "adopt", "-- adopts: yes\ncreate table shop.rooms (id int);")
    assert deploy.plan(database.settings, project).drift == []


def test_migrate__repair__puts_back_what_files_make_and_names_the_rest(database: Database) -> None:
    for statement in (
        "create policy everything on workos.users using (true)",
        "alter policy select_own on workos.users using (true)",
        "grant select on workos.users to orgscope_api",
        "alter table sync.tasks add column by_hand text",
    ):
        database.admin.execute(render(statement, database.settings.role_prefix))
    known = environment(database.settings)
    planned = CliRunner().invoke(app, ["plan", "--repair", "--no-access"], env=known)
    result = CliRunner().invoke(app, ["migrate", "--repair"], env=known)
    assert result.exit_code == 0, result.output
    assert planned.output == result.output
    lines = result.output.splitlines()
    assert [line for line in lines if line.startswith(("create", "change", "drop", "no file"))] == [
        "change grant on table workos.users",
        "drop policy workos.users everything",
        "change policy workos.users select_own",
        "no file undoes this: create column sync.tasks.by_hand",
    ]
    assert [str(one) for one in deploy.drift(database.settings).changes] == [
        "create column sync.tasks.by_hand"
    ]


def test_migrate__repair_with_policies_only__leaves_functions_as_they_are(
    database: Database,
) -> None:
    database.admin.execute("alter policy select_own on workos.users using (true)")
    database.admin.execute("alter function authz.org_id() cost 7")
    outcome = deploy.migrate(database.settings, policies_only=True, repair=True)
    assert [str(one) for one in outcome.changes] == ["change policy workos.users select_own"]
    assert [str(one) for one in deploy.drift(database.settings).changes] == [
        "change function authz.org_id()"
    ]
    assert not deploy.migrate(database.settings, repair=True).drift
    assert not deploy.drift(database.settings)
