"""``orgscope policy``: what it prints, and its exit codes."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from orgscope import deploy
from orgscope.cli import app
from tests.isolation.conftest import Given
from tests.migrations.projects import NAME, add_revision
from tests.projects import LIBRARY


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("rooms",), "no name of a table"),
        (("shop.Rooms",), "no name of a table"),
        (("workos.users",), "not in a schema of shop"),
        (("shop.rooms", "--tenant", "org-id"), "no name of a column"),
        (("shop.rooms", "--shared", "--user"), "not both"),
        (("shop.rooms", "--shared", "--person", "user_id"), "belong to nobody"),
        (("shop.rooms", "--shared", "--deleted", "deleted_at"), "delete no shared rows"),
        (
            ("Rooms", "x.rooms", "--tenant", "a-b", "--user", "--shared"),
            "rows are --shared or of one --user, not both.\n"
            "rows of one --user have no --tenant.\n"
            "'Rooms' is no name of a table: expected lower-case words, such as shop.rooms.\n"
            "'a-b' is no name of a column: expected lower-case words joined by underscores.\n"
            "x.rooms is not in a schema of shop (shop).",
        ),
    ],
)
def test_policy_new__words_wrong__says_what_was_expected(
    tmp_path: Path, words: tuple[str, ...], message: str
) -> None:
    project = deploy.init_project(tmp_path / NAME)
    result = CliRunner().invoke(app, ["policy", "new", *words, "--project", str(project.root)])
    assert message in str(result.exception)
    assert not (project.policies / "shop").exists()


def test_policy_new__several_tables__each_is_written_or_none(tmp_path: Path) -> None:
    project = deploy.init_project(tmp_path / NAME)
    words = ["policy", "new", "shop.rooms", "shop.guests", "--project", str(project.root)]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert {path.name for path in (project.policies / "shop").iterdir()} == {
        "rooms.sql",
        "guests.sql",
    }
    words[3] = "shop.menus"
    assert CliRunner().invoke(app, words).exit_code != 0  # the guests are there
    assert not (project.policies / "shop" / "menus.sql").exists()


def test_policy_new__several_tables_lack_a_column__said_once_and_none_is_written(
    tmp_path: Path,
) -> None:
    project = deploy.init_project(tmp_path / NAME)
    add_revision(
        project, "x", "create table shop.a (id int); create table shop.b (id int, org_id text);"
    )
    words = ["shop.new", "shop.a", "shop.b", "--person", "user_id"]
    result = CliRunner().invoke(app, ["policy", "new", *words, "--project", str(project.root)])
    lines = str(result.exception).splitlines()
    assert [line.split(", and ")[0] for line in lines] == [
        "shop.a: there is no column org_id",
        "shop.a, shop.b: there is no column user_id",
    ]
    assert not (project.policies / "shop").exists()


def test_policy_new__new_table__prints_files_and_next_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = deploy.init_project(tmp_path / NAME)
    monkeypatch.chdir(project.root)
    result = CliRunner().invoke(app, ["policy", "new", "shop.wishes", "--user"])
    assert result.exit_code == 0, result.output
    assert result.output.splitlines()[1:] == [
        "migrations/versions/0002_add_wishes.sql",
        "policies/shop/wishes.sql",
        "policies/contract.toml",
        "decided; change the line where another thing is meant:",
        "- each person reaches the rows with their user_id, in whatever organization: "
        "policies/shop/wishes.sql:5",
        "- administrators and auditors do not read it: policies/contract.toml:4",
        "left to you:",
        "- the revision makes the table: add its columns there: "
        "migrations/versions/0002_add_wishes.sql",
        "next: orgscope isolation test, orgscope plan, orgscope migrate",
    ]
    add_revision(project, "rooms", "create table shop.rooms (org_id text, id int primary key);")
    said = CliRunner().invoke(app, ["policy", "new", "shop.rooms"]).output
    assert 'global_keys = ["x_key"]: policies/contract.toml:14 (rooms_pkey)' in said


def test_policy_matrix__grant_by_hand__in_the_text_and_exit_code_1(lending: Given) -> None:
    lending.by_hand(
        "create policy x on library.wishes for all to orgscope_auditor using (true)",
        "grant select, delete on library.wishes to orgscope_auditor",
    )
    words = ["policy", "matrix", lending.dsn_of_command, "--project", str(LIBRARY)]
    words += ["--only", "library.wishes"]
    result = CliRunner().invoke(app, words, env={"PGPASSWORD": lending.password})
    assert result.exit_code == 1, result.output
    lines = {line.split()[0]: line.split()[1:] for line in result.stdout.splitlines() if line}
    assert lines["object"][:4] == ["member", "job", "admin", "auditor"]
    assert lines["library.wishes"][:4] == ["siud", ".", ".", "SD"]
    assert "leaks" in result.stderr


def test_policy_matrix__project_not_given__exit_code_2(lending: Given, tmp_path: Path) -> None:
    file = tmp_path / "matrix.txt"
    words = ["policy", "matrix", lending.dsn_of_command, "--output", str(file)]
    result = CliRunner().invoke(app, words, env={"PGPASSWORD": lending.password})
    assert result.exit_code == 2
    assert "nothing was proven: the database has the project library" in result.output
    assert not file.exists()
