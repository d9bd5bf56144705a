"""``orgscope explain-cost``: from a file, from pg_stat_statements, from the contract."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from orgscope.cli import app
from orgscope.devstack import environment
from tests.database import Database
from tests.projects import BOOKING
from tests.tokens import ORG_ID

CHEAP = "select e.id from app.events as e where e.id = '6e6f7465-7300-4000-8000-000000000001'"
DEAR = "select e.id from app.events as e where lower(e.title) = 'intake'"


def run(database: Database, *words: str) -> Result:
    arguments = ["explain-cost", *words, "--org", ORG_ID, "--reason", "a test", "--usable"]
    return CliRunner().invoke(app, arguments, env=environment(database.settings))


@pytest.fixture
def booked(booking_database: Database) -> Database:
    booking_database.add_member()
    booking_database.admin.execute("create index on app.events (org_id, lower(title))")
    return booking_database


def test_explain_cost__file__each_query_with_its_losses_and_exit_2(
    booked: Database, tmp_path: Path
) -> None:
    file, report = tmp_path / "queries.sql", tmp_path / "report.json"
    file.write_text(f"{CHEAP};\n-- a note; of two\n{DEAR};\n", "utf-8")
    result = run(booked, str(file), "--json", str(report))
    assert result.exit_code == 2, result.output
    lines = result.output.splitlines()
    assert lines[0] == CHEAP
    assert "times the cost" in lines[1]
    assert lines[2] == DEAR
    assert "loses app.events: no index searches by title any more" in lines[4]
    assert lines[5].strip().startswith("mend: ")
    written = json.loads(report.read_text("utf-8"))
    assert [len(one["losses"]) for one in written] == [0, 1]
    file.write_text(CHEAP, "utf-8")
    assert run(booked, str(file)).exit_code == 0


def test_explain_cost__no_file__budgets_of_the_contract(booked: Database, tmp_path: Path) -> None:
    shutil.copytree(BOOKING, tmp_path / "booking")
    contract = tmp_path / "booking" / "policies" / "contract.toml"
    text = contract.read_text("utf-8")
    contract.write_text(f'{text}\n[[budgets]]\nquery = "{CHEAP}"\nratio = 1.5\n', "utf-8")
    result = run(booked, "--project", str(tmp_path / "booking"))
    assert result.exit_code == 0, result.output
    assert "at most 1.5 allowed" in result.output
    contract.write_text(f'{text}\n[[budgets]]\nquery = "{DEAR}"\n', "utf-8")
    assert run(booked, "--project", str(tmp_path / "booking")).exit_code == 2


def test_explain_cost__no_query_and_no_extension__said(booked: Database, tmp_path: Path) -> None:
    for words, said in (
        ((), "there is no query"),
        (("--statements", "5"), "pg_stat_statements"),
        ((str(tmp_path / "none.sql"),), "cannot be read"),
    ):
        result = run(booked, *words)
        assert result.exit_code != 0
        assert said in str(result.exception)
