"""What the tests of the mirror's commands share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.database import Database
from tests.integration.commands.mirrored import Mirrored, mirrored_by


@pytest.fixture
def mirrored(database: Database, tmp_path: Path) -> Iterator[Mirrored]:
    """An empty mirror, and a WorkOS with a few organizations and people."""
    with mirrored_by(database, tmp_path) as mirror:
        mirror.fill()
        yield mirror
