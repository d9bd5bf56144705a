"""``orgscope isolation test``: exit codes, the last line, and the files."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree as ET

from typer.testing import CliRunner, Result

from orgscope.cli import app
from tests.isolation.conftest import BOOKING, Given


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["isolation", "test", *words])


def test_command__clean_database__exit_code_0_and_files(given: Given, tmp_path: Path) -> None:
    files = (tmp_path / "report.json", tmp_path / "junit.xml")
    result = run(
        given.dsn, "--project", str(BOOKING), "--json", str(files[0]), "--junit", str(files[1])
    )
    assert result.exit_code == 0, result.output
    last = result.output.rstrip().splitlines()[-1]
    assert last.startswith("matrix: ")
    assert last.endswith(" 0 leaks")
    report = json.loads(files[0].read_text())
    assert (report["verdict"], report["exit_code"]) == (last, 0)
    suites = ET.parse(files[1]).getroot()  # noqa: S314 - our own file
    assert sum(int(suite.attrib["tests"]) for suite in suites) == len(report["cases"])
    assert {suite.attrib["failures"] for suite in suites} == {"0"}


def test_command__open_policy__exit_code_1_and_table_with_its_policies(given: Given) -> None:
    given.by_hand("create policy x on app.events using (true)")
    result = run(given.dsn, "--project", str(BOOKING))
    assert result.exit_code == 1
    assert "leak: member of A: select on app.events (other organization)" in result.output
    assert "permissive x for all to public using (true)" in result.output
    assert result.output.rstrip().splitlines()[-1].startswith("matrix: ")


def test_command__no_positive_control__exit_code_2(given: Given) -> None:
    given.by_hand("create rule stop as on delete to app.profiles do instead nothing")
    result = run(given.dsn, "--project", str(BOOKING))
    assert result.exit_code == 2
    assert "delete on app.profiles has no positive control" in result.output


def test_command__server_does_not_answer__exit_code_2() -> None:
    result = run("postgresql://postgres@127.0.0.1:1/none")
    assert result.exit_code == 2
    assert "nothing was proven" in result.output


def test_command__no_database_given__files_are_deployed_and_tested() -> None:
    result = run("--project", str(BOOKING))
    assert result.exit_code == 0, result.output
