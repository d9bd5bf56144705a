"""What the attacks of this folder have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import psycopg

from tests.database import Database
from tests.sql.authz.tenants import ORG_A, ORG_B, Connection, Tenants

__all__ = ["EVENT_A", "EVENT_B", "FORGED", "SECRET", "Practices"]

EVENT_A: Final = "00000000-0000-4000-8000-00000000000a"
EVENT_B: Final = "00000000-0000-4000-8000-00000000000b"
SECRET: Final = "Secret consultation"
"""The title of the other practice's event."""

FORGED: Final = (
    "set_config('orgscope.context', replace(current_setting('orgscope.context'), "
    f"'{ORG_A}', '{ORG_B}'), true)"
)
"""The context of the other practice, under the seal of one's own."""


@dataclass(frozen=True, eq=False)
class Practices:
    """Two practices; the attacker is a member of the first."""

    tenants: Tenants

    @property
    def database(self) -> Database:
        """The database they are in."""
        return self.tenants.database

    @contextmanager
    def attack(self) -> Iterator[Connection]:
        """Open a request of the attacker, which is taken back at the end."""
        with self.tenants.request() as connection:
            row = connection.execute("select row_security_active('app.events')").fetchone()
            assert row == (True,)
            yield connection


def seen(connection: Connection, statement: str) -> str:
    """Return all that statements show, as one text; also the error that they end with."""
    try:
        with connection.transaction(force_rollback=True):
            cursor: psycopg.Cursor[Any] = connection.execute(statement.encode())
            shown = [cursor.fetchall() if cursor.description else cursor.rowcount]
            while cursor.nextset():
                shown.append(cursor.fetchall() if cursor.description else cursor.rowcount)
            return repr(shown)
    except psycopg.Error as error:
        return f"{error.sqlstate} {error}"
