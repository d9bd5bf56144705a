"""pgrls, a linter that others wrote: each of its findings on what we deploy is settled by name."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path

import pytest
from tests.memory import IN_MEMORY, WAL_OPTIONS

from orgscope.embedded import temporary_server
from tests.lints.conftest import deployed
from tests.lints.test_house import ROOT, table

PAGE = ROOT / "docs" / "explanation" / "pgrls.md"
SCHEMAS = "app,audit,authz,deploy,sync,workos"


@pytest.fixture(scope="module")
def findings(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """The rule and the object of each finding on the core and booking."""
    folder = tmp_path_factory.mktemp("pgrls")  # with no pgrls.toml in it
    # A server of its own: it asks for all roles, and those of other tests are no concern of ours.
    with temporary_server(base=IN_MEMORY, options=WAL_OPTIONS) as server:
        settings = deployed(server, "pgrls", "booking")
        result = subprocess.run(
            [sys.executable, "-m", "pgrls", "lint", "--schemas", SCHEMAS, "--format", "json"],
            cwd=folder,
            env={**os.environ, "DATABASE_URL": settings.url("dba")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert result.returncode == 1, result.stderr
    assert result.stderr == ""
    return {(one["rule_id"], one["location"]) for one in json.loads(result.stdout)["violations"]}


def rows() -> list[tuple[str, str, str]]:
    """The rule, the objects and the verdict of each row of the page."""
    cells = table(PAGE.read_text("utf-8"))[1:]
    return [(rule, objects.strip("`"), verdict) for rule, objects, verdict, _ in cells]


def settles(row: tuple[str, str, str], finding: tuple[str, str]) -> bool:
    return row[0] == finding[0] and fnmatchcase(finding[1], row[1])


def test_pgrls__findings_on_what_we_deploy__each_is_settled(findings: set[tuple[str, str]]) -> None:
    settled = rows()
    assert [one for one in sorted(findings) if not any(settles(row, one) for row in settled)] == []


def test_page__rows__each_settles_something(findings: set[tuple[str, str]]) -> None:
    assert [row for row in rows() if not any(settles(row, one) for one in findings)] == []
    assert {verdict for _, _, verdict in rows()} == {"accepted", "false"}


def test_page__version__is_the_one_that_is_pinned() -> None:
    pinned = Path(ROOT / "constraints.txt").read_text("utf-8").split()
    [version] = [line.partition("==")[2] for line in pinned if line.startswith("pgrls==")]
    assert f"version {version} " in PAGE.read_text("utf-8")
