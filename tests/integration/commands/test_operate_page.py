"""The commands of docs/howto/operate.md are there, with these options, and none ends in a traceback."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.database import Database, event, user
from tests.integration.commands.mirrored import Mirrored, mirrored_by

PAGE: Final = Path(__file__).parents[3] / "docs" / "howto" / "operate.md"
VIEWS: Final = PAGE.parents[2] / "sql" / "sync" / "views"
LINES: Final = [
    line
    for block in re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.M | re.S)
    for line in block.splitlines()
]
OF_NOBODY: Final = ("status --organization", "sync user", "sync org")
"""Commands that say that WorkOS or the mirror has none, because the page's ids are made up."""

OF_A_TEST: Final = ("doctor --strict",)
"""Commands that warn of the tests' environment, which holds every login."""


@pytest.fixture
def mirrored(database: Database, tmp_path: Path) -> Iterator[Mirrored]:
    """An empty mirror, and a WorkOS that was filled some days ago."""
    with mirrored_by(database, tmp_path) as mirror:
        mirror.fill(ago=timedelta(days=5))
        assert mirror.inside("keys", "sync").returncode == 0
        yield mirror


def test_operate__commands__do_what_the_page_says(mirrored: Mirrored) -> None:
    envelope = event("user.created", user("user_01EXAMPLE"), id="event_01EXAMPLE")
    assert len(LINES) >= 12
    for line in LINES:
        words = shlex.split(line)
        assert words[0] == "orgscope"
        if "--object" in line:
            mirrored.database.receive_body(json.dumps(envelope))
        result = mirrored.inside(*words[1:])
        names = (f"orgscope {name}" for name in (*OF_NOBODY, *OF_A_TEST))
        is_one = line.startswith(tuple(names))
        assert result.returncode == (1 if is_one else 0), f"{line}\n{result.stderr}"


def test_operate__problems__each_of_the_view_is_in_the_table() -> None:
    names = []
    for view in (path.read_text("utf-8") for path in VIEWS.glob("*problems.sql")):
        parts = view.partition(" as\nselect")[2].split("union all")
        own = [part for part in parts if "_problems as " not in part]
        names += re.findall(r"(?:^|select)\s+'([a-z ]+)'", "\n".join(own), re.M)
    _, _, table = PAGE.read_text("utf-8").partition("| problem | what to do |\n")
    told = re.findall(r"^\| ([a-z ]+) \|", table.partition("\n\n")[0], re.M)
    assert sorted(names) == sorted(told)
