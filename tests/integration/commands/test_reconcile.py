"""`orgscope reconcile`: what differs is named, and mended when that is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.database import Database, user
from tests.integration.command_line import failure
from tests.integration.commands.mirrored import Mirrored, another_world, mirrored_by

CHANGE = "update workos.users set raw = raw || %s where id = %s"
SECRET_NAME = "Nobody-may-read-this"


def drift(mirrored: Mirrored) -> str:
    """Change a name in the mirror by hand, and return whose."""
    changed: str = mirrored.world.users[0]["id"]
    mirrored.database.admin.execute(CHANGE, (json.dumps({"first_name": SECRET_NAME}), changed))
    return changed


@pytest.fixture
def filled(database: Database, tmp_path: Path) -> Iterator[Mirrored]:
    """A mirror that has what WorkOS has, whose events are too old to mend anything."""
    with mirrored_by(database, tmp_path) as mirror:
        mirror.fill(ago=timedelta(days=5))
        assert mirror.inside("backfill").returncode == 0
        assert mirror.differences() == []
        yield mirror


def test_reconcile__converged__0_differences_and_exit_0(filled: Mirrored) -> None:
    result = filled.inside("reconcile")
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith("0 differences in ")


def test_reconcile__changed_by_hand__names_the_field_and_exit_3(filled: Mirrored) -> None:
    changed = drift(filled)
    file = filled.folder / "report.json"
    result = filled.inside("reconcile", "--dry-run", "--json", str(file))
    assert result.returncode == 3, result.stderr
    lines = [line.split() for line in result.stdout.splitlines()]
    assert ["user", changed, "fields", "first_name", "found"] in lines
    assert lines[-1][:2] == ["1", "difference"]
    report = json.loads(file.read_text("utf-8"))
    assert report["drift"] == 1
    assert report["differences"] == [
        {
            "family": "user",
            "object_id": changed,
            "organization_id": None,
            "kind": "fields",
            "fields": ["first_name"],
            "state": "found",
        }
    ]
    said = result.stdout + result.stderr + json.dumps(report)
    assert SECRET_NAME not in said
    assert filled.world.users[0]["first_name"] not in said
    assert filled.differences() == [("user", changed)], "a dry run changes nothing"


def test_reconcile__repair__mends_and_exit_0(filled: Mirrored) -> None:
    changed = drift(filled)
    result = filled.inside("reconcile", "--repair")
    assert result.returncode == 0, result.stderr
    assert ["user", changed, "fields", "first_name", "mended"] in [
        line.split() for line in result.stdout.splitlines()
    ]
    assert filled.differences() == []
    assert filled.inside("reconcile").stdout.startswith("0 differences in ")


def test_reconcile__key_of_another_environment__refused_before_the_first_write(
    filled: Mirrored, tmp_path: Path
) -> None:
    before = filled.database.rows("select count(*), max(run_id) from sync.runs")
    with mirrored_by(filled.database, tmp_path, another_world()) as other:
        other.fill()
        for words in (("reconcile",), ("reconcile", "--repair"), ("backfill",)):
            said = failure(other(*words))
            assert "it is of another environment. Nothing was written." in said
            assert other.world.api_key not in said
    assert filled.database.rows("select count(*), max(run_id) from sync.runs") == before
    assert filled.differences() == []


def test_reconcile__accept_key_and_no_answer__not_taken(filled: Mirrored, tmp_path: Path) -> None:
    with mirrored_by(filled.database, tmp_path, another_world()) as other:
        result = other("reconcile", "--accept-key")
    assert result.returncode == 1
    assert filled.database.rows("select count(*) from sync.api_keys") == [(1,)]


def test_reconcile__accept_key_and_yes__taken_first(filled: Mirrored, tmp_path: Path) -> None:
    with mirrored_by(filled.database, tmp_path, another_world()) as other:
        other.world.faults.unauthorized = True  # it is taken, and then nothing is read
        said = failure(other("reconcile", "--accept-key", "--yes"))
    assert "another environment" not in said
    assert filled.database.rows("select count(*) from sync.api_keys") == [(2,)]


def test_reconcile__would_delete_too_much__its_sentence_and_exit_4(filled: Mirrored) -> None:
    for number in range(11):
        filled.database.receive("user.created", user(f"user_01AAAAAAAAAAAAAAAAAAAAAAA{number:X}"))
    result = filled.inside("reconcile", "--repair")
    assert result.returncode == 4
    assert "run it with --allow-deletes" in result.stderr
    assert result.stderr.count("\n") == 1
    live = "select count(*) from workos.users where deleted_at is null"
    assert filled.database.rows(live) == [(len(filled.world.users) + 11,)]


@pytest.mark.parametrize("words", [("--repair", "--dry-run"), ("--allow-deletes",)])
def test_reconcile__options_that_exclude_each_other__usage(
    mirrored: Mirrored, words: tuple[str, ...]
) -> None:
    result = mirrored.inside("reconcile", *words)
    assert result.returncode == 2
    assert "--repair" in result.stderr
    assert mirrored.database.rows("select count(*) from sync.runs") == [(0,)]


def test_reconcile__report_cannot_be_written__said_before_anything_is_read(
    mirrored: Mirrored,
) -> None:
    result = mirrored.inside("reconcile", "--json", str(mirrored.folder / "none" / "report.json"))
    assert result.returncode == 2
    assert "report.json" in result.stderr
    assert mirrored.database.rows("select count(*) from sync.runs") == [(0,)]
