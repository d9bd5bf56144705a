"""The private names of psycopg: without one of them orgscope.db cannot be imported."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

HAND_BACK = "close = lambda self: self.give_back()"
TAKE_AWAY = {
    "Cursor._execute_send": "del psycopg.Cursor.__mro__[1]._execute_send",
    "AsyncCursor._execute_send": "del psycopg.Cursor.__mro__[1]._execute_send",
    "Connection._start_query": "del psycopg.BaseConnection._start_query",
    "Connection._notice_handlers": "after('del self._notice_handlers')",
    "Connection._pipeline": "after('del self._pipeline')",
    "Connection._prepared": "after('del self._prepared')",
    "Connection._prepared._names": "after('del self._prepared._names')",
    "Connection._pool": f"psycopg.Connection.{HAND_BACK}",
    "AsyncConnection._pool": f"psycopg.AsyncConnection.{HAND_BACK}",
}
IMPORT = """
import psycopg

def after(statement):
    made = psycopg.BaseConnection.__init__
    def make(self, pgconn):
        made(self, pgconn)
        exec(statement)
    psycopg.BaseConnection.__init__ = make

{take_away}
import orgscope.db
"""


@pytest.mark.parametrize(("name", "take_away"), TAKE_AWAY.items(), ids=TAKE_AWAY)
def test_import__private_name_of_the_driver_gone__says_which(name: str, take_away: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT.format(take_away=take_away)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("orgscope.errors.shell.ConfigurationError: psycopg 3.")
    assert name in last.replace(",", " ").split()
    assert "<3.4" in last
