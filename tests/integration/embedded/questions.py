"""What tests ask a server and its folder."""

from __future__ import annotations

from pathlib import Path

import psycopg

from orgscope.embedded import Server


def value(server: Server, query: str) -> object:
    """Return the single value of a query, asked as the superuser."""
    with psycopg.connect(server.url()) as connection:
        row = connection.execute(query.encode()).fetchone()
    assert row is not None
    return row[0]


def server_files(project: Path) -> set[str]:
    """Return the names in the project's ``.orgscope``."""
    return {path.name for path in (project / ".orgscope").iterdir()}
