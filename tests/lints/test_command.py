"""``orgscope lint``: exit codes, files and pages."""

from __future__ import annotations

import json
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from typer.testing import CliRunner, Result

from orgscope.cli import app
from orgscope.embedded import Server
from orgscope.lint import all_lints
from tests.lints.test_house import ROOT

PASSWORD = "lint-test-password"
FOREIGN = f"""
create role lint_reader login password '{PASSWORD}';
create role lint_stranger;
create table public.open (id integer primary key);
grant select on public.open to lint_stranger;
alter table public.open owner to postgres;
"""


@pytest.fixture(scope="module")
def foreign(orgscope_server: Server) -> str:
    """The DSN of a database without orgscope and with one open table, as a login with no rights."""
    with psycopg.connect(orgscope_server.url(), autocommit=True) as connection:
        connection.execute("create database foreign_lints")
    with psycopg.connect(orgscope_server.url("foreign_lints"), autocommit=True) as connection:
        connection.execute(FOREIGN)
    return make_conninfo(
        host=orgscope_server.host,
        port=orgscope_server.port,
        user="lint_reader",
        dbname="foreign_lints",
    )


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["lint", *words], env={"PGPASSWORD": PASSWORD})


def test_command__foreign_database__exit_code_1_and_a_fix(foreign: str, tmp_path: Path) -> None:
    result = run(foreign, "--role", "lint_stranger")
    assert result.exit_code == 1, result.output
    assert "error table public.open" in result.output
    assert "alter table public.open enable row level security" in result.output
    assert result.output.rstrip().splitlines()[-1].startswith("lint: ")
    assert run(foreign, "--role", "lint_stranger", "--only", "0003").exit_code == 0
    file = tmp_path / "report.sarif"
    words = ("--format", "sarif", "--output", str(file), "--fail-on", "info")
    assert run(foreign, "--only", "0001", *words).exit_code == 1
    assert json.loads(file.read_text())["runs"][0]["results"][0]["ruleId"] == "0001"


def test_command__baseline__written_then_known_then_gone(foreign: str, tmp_path: Path) -> None:
    path = str(tmp_path / "baseline.json")
    assert run(foreign, "--write-baseline", path).exit_code == 0
    result = run(foreign, "--baseline", path, "--format", "json")
    assert result.exit_code == 0, result.output
    assert "public.open" in [one["identity"] for one in json.loads(result.output)["baseline"]]
    Path(path).write_text('{"version": 1, "findings": ["rls_disabled public.gone"]}')
    result = run(foreign, "--baseline", path)
    assert result.exit_code == 1
    assert "gone from the baseline: rls_disabled public.gone" in result.output


def test_command__cannot_look__exit_code_2_and_why(foreign: str) -> None:
    for words, said in (
        (("postgresql://postgres@127.0.0.1:1/none",), "cannot connect"),
        (("postgresql://user:s3cret@127.0.0.1:1/none",), "PGPASSFILE"),
        ((foreign, "--schema", "nowhere"), "no schema nowhere"),
        ((foreign, "--only", "9999"), "there is no lint 9999"),
        ((foreign, "--baseline", "none.json"), "none.json does not exist"),
        ((foreign, "--output", "/nowhere/report"), "/nowhere/report"),
        (("--explain", "9999"), "there is no lint 9999"),
    ):
        result = run(*words)
        assert (result.exit_code, said in result.output) == (2, True), result.output
        assert "lint: could not look: " in result.output
        assert "s3cret" not in result.output


def test_command__explain__prints_the_page() -> None:
    for number, title in (("0001", "# 0001 rls_disabled"), ("0000", "# 0000 suppression")):
        result = run("--explain", number)
        assert (result.exit_code, result.output.splitlines()[0]) == (0, title)


def test_command__suppressions_of_the_project__count(foreign: str, tmp_path: Path) -> None:
    (tmp_path / "orgscope.toml").write_text('[project]\nname = "shop"\nschemas = ["shop"]\n')
    (tmp_path / "policies").mkdir()
    file = tmp_path / "policies" / "lint.toml"
    file.write_text(
        '[[suppress]]\nlint = "0001"\nobject = "public.*"\nreason = "a test"\nexpires = 9999-01-01\n'
    )
    result = run(foreign, "--project", str(tmp_path), "--only", "0001")
    assert result.exit_code == 0, result.output
    assert "1 suppressed" in result.output
    file.write_text("[[suppress]]\nlint = 1\n")
    result = run(foreign, "--project", str(tmp_path))
    assert (result.exit_code, "suppress.0.lint" in result.output) == (2, True), result.output


def test_command__no_database_given__files_are_deployed_and_looked_at() -> None:
    result = run("--project", str(ROOT / "booking"), "--only", "0001", "--only", "0012")
    assert result.exit_code == 0, result.output
    assert result.output.rstrip().splitlines()[-1].startswith("lint: 2 lints, 0 errors")


def test_command__no_database_given__our_own_server_is_not_judged() -> None:
    [number] = [one.number for one in all_lints() if one.name == "server_below_floor"]
    result = run("--project", str(ROOT / "booking"), "--only", number)
    assert (result.exit_code, result.output.startswith("lint: 0 lints")) == (0, True), result.output
