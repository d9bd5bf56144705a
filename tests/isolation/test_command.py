"""``orgscope isolation test``: exit codes, the last line, and the files."""

from __future__ import annotations

import json
import re
import shutil
from contextlib import ExitStack
from pathlib import Path
from xml.etree import ElementTree as ET

import psycopg
import pytest
from typer.testing import CliRunner, Result

from orgscope.cli import app
from tests.isolation.conftest import Given
from tests.projects import BOOKING

SNAPSHOT = Path(__file__).parents[1] / "snapshots" / "access_matrix.txt"
"""Who reaches what of core and booking: reviewed like code."""


def run(*words: str, **variables: str) -> Result:
    return CliRunner().invoke(app, ["isolation", "test", *words], env=variables)


def examine(given: Given, *words: str) -> Result:
    """Test the database as the command line says: the password is in the environment."""
    return run(given.dsn_of_command, "--no-mutants", *words, PGPASSWORD=given.password)


def test_command__clean_database__exit_code_0_and_files(given: Given, tmp_path: Path) -> None:
    files = (tmp_path / "report.json", tmp_path / "junit.xml", tmp_path / "matrix.txt")
    options = ("--json", str(files[0]), "--junit", str(files[1]), "--matrix", str(files[2]))
    result = examine(given, "--project", str(BOOKING), *options)
    assert result.exit_code == 0, result.output
    last = result.output.rstrip().splitlines()[-1]
    assert last.startswith("matrix: ")
    assert last.endswith(" 0 leaks")
    report = json.loads(files[0].read_text())
    assert (report["verdict"], report["exit_code"]) == (last, 0)
    suites = ET.parse(files[1]).getroot()  # noqa: S314 - our own file
    assert sum(int(suite.attrib["tests"]) for suite in suites) == len(report["cases"])
    assert {suite.attrib["failures"] for suite in suites} == {"0"}
    assert files[2].read_text("utf-8") == SNAPSHOT.read_text("utf-8"), (
        "who reaches what has changed. Run `make snapshot`, and read its diff."
    )


def test_command__open_policy__exit_code_1_and_table_with_its_policies(given: Given) -> None:
    given.by_hand("create policy x on app.events using (true)")
    result = examine(given, "--project", str(BOOKING), "--only", "app.events")
    assert result.exit_code == 1
    assert "leak: member of A: select on app.events (other organization)" in result.output
    assert "permissive x for all to public using (true)" in result.output
    assert result.output.rstrip().splitlines()[-1].startswith("matrix: ")


def test_command__only_one_table__last_line_says_so(given: Given, tmp_path: Path) -> None:
    file = tmp_path / "matrix.txt"
    result = examine(
        given, "--project", str(BOOKING), "--only", "app.events", "--matrix", str(file)
    )
    assert result.exit_code == 0, result.output
    assert "only on app.events, 0 leaks" in result.output.rstrip().splitlines()[-1]
    assert "app.profiles" not in file.read_text("utf-8")
    result = examine(given, "--project", str(BOOKING), "--only", "app.nothing")
    assert (result.exit_code, "app.nothing that can be tried" in result.output) == (2, True)


def test_command__mutant_survives__exit_code_1_and_its_sql(given: Given, tmp_path: Path) -> None:
    given.by_hand(
        "create policy select_again on app.profiles for select to orgscope_user "
        "using (org_id = (select authz.org_id_or_null()))"
    )
    file = tmp_path / "junit.xml"
    words = ("--project", str(BOOKING), "--only", "app.profiles", "--junit", str(file))
    result = run(given.dsn_of_command, *words, PGPASSWORD=given.password)
    assert result.exit_code == 1
    assert 'dropped: drop policy if exists "select_again" on "app"."profiles"' in result.output
    *_, matrix, mutants = result.output.rstrip().splitlines()
    assert matrix.endswith("only on app.profiles, 0 leaks")
    assert re.fullmatch(r"mutants: \d+/\d+ killed \(\d+ of them by the catalogue\)", mutants)
    suites = {one.attrib["name"]: one for one in ET.parse(file).getroot()}  # noqa: S314 - ours
    assert int(suites["mutants"].attrib["failures"]) > 0


def test_command__no_positive_control__exit_code_2(given: Given) -> None:
    given.by_hand("create rule stop as on delete to app.profiles do instead nothing")
    result = examine(given, "--project", str(BOOKING), "--only", "app.profiles")
    assert result.exit_code == 2
    assert "on app.profiles has no positive control" in result.output


def test_command__server_does_not_answer__exit_code_2() -> None:
    result = run("postgresql://postgres@127.0.0.1:1/none")
    assert result.exit_code == 2
    assert "nothing was proven" in result.output


def test_command__no_database_given__files_are_deployed_and_tested() -> None:
    result = run("--project", str(BOOKING), "--no-mutants", "--only", "app.events")
    assert result.exit_code == 0, result.output


def test_command__project_not_given__exit_code_2_and_its_name(given: Given) -> None:
    """Also in a clone without rows, which is made when somebody is connected."""
    for connections in (0, 1):
        with ExitStack() as stack:
            for _ in range(connections):
                stack.enter_context(psycopg.connect(given.dsn))
            result = examine(given)
        assert result.exit_code == 2
        assert "nothing was proven: the database has the project booking" in result.output


def test_command__in_the_projects_folder__finds_it_and_its_env_file(
    given: Given, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "booking"
    shutil.copytree(BOOKING, folder, ignore=shutil.ignore_patterns(".orgscope", "src", ".env"))
    monkeypatch.chdir(folder)
    assert examine(given, "--only", "app.events").exit_code == 0
    (folder / ".env").write_text("ORGSCOPE_ROLE_PREFIX=other\n")
    result = examine(given)
    assert result.exit_code == 2
    assert "ORGSCOPE_ROLE_PREFIX" in result.output


def test_command__used_database_and_its_project__tested_in_a_copy_of_the_schema(
    given: Given,
) -> None:
    with psycopg.connect(given.dsn):
        result = examine(given, "--project", str(BOOKING), "--only", "app.events")
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    "dsn",
    [
        "postgresql://user:s3cret@127.0.0.1:1/database",
        "postgresql://user@127.0.0.1:1/database?password=s3cret",
        "host=127.0.0.1 port=1 user=user password=s3cret",
        "postgresql://user@127.0.0.1:1/database?sslpassword=s3cret",
    ],
)
def test_command__dsn_with_a_password__refused_before_any_connection(dsn: str) -> None:
    result = run(dsn)
    assert result.exit_code == 2
    assert "PGPASSWORD" in result.output
    assert "PGPASSFILE" in result.output
    assert "s3cret" not in result.output


@pytest.mark.parametrize("dsn", ["s3cret", "postgresql://user:12/s3cret@127.0.0.1:9/database"])
def test_command__dsn_that_is_none__exit_code_2_and_nothing_of_it(dsn: str) -> None:
    result = run(dsn)
    assert result.exit_code == 2
    assert "the DSN is not a connection URL" in result.output
    assert "s3cret" not in result.output


def test_command__database_without_orgscope__exit_code_2_and_says_so(given: Given) -> None:
    given.by_hand("drop table deploy.revisions cascade")
    result = examine(given, "--project", str(BOOKING))
    assert result.exit_code == 2
    assert "orgscope is not deployed in this database" in result.output


def test_command__settings_wrong__exit_code_2() -> None:
    result = run(ORGSCOPE_POOL_SIZE="none")
    assert result.exit_code == 2
    assert "ORGSCOPE_POOL_SIZE" in result.output
