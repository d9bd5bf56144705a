"""What orgscope uses of psycopg below its documented surface, and the check that it is there.

``pyproject.toml`` allows one minor version of psycopg. Within another these names may be gone, and
an override that nothing calls any more would let the simple protocol back in without a sound.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Final, cast

import psycopg
from psycopg import AsyncConnection, AsyncCursor, Connection, Cursor
from psycopg.pq import ConnStatus

from orgscope.errors import ConfigurationError

__all__ = ["ExtendedAsyncCursor", "ExtendedCursor", "check_driver"]

_CURSOR: Final = ("_execute_send",)
_CONNECTION: Final = ("_start_query", "_notice_handlers", "_pipeline", "_prepared")


def check_driver() -> None:
    """Look for every private name of psycopg that ``orgscope.db`` overrides or reads.

    Raises ConfigurationError when one is missing; the message names it.
    """
    # Made without a server: what the driver sets on each connection is looked for on one of them.
    without_server = cast("Any", SimpleNamespace(status=ConnStatus.BAD))
    connection = psycopg.BaseConnection[Any](without_server)
    missing = [f"Cursor.{name}" for name in _CURSOR if not hasattr(Cursor, name)]
    missing += [f"AsyncCursor.{name}" for name in _CURSOR if not hasattr(AsyncCursor, name)]
    missing += [f"Connection.{name}" for name in _CONNECTION if not hasattr(connection, name)]
    if not hasattr(getattr(connection, "_prepared", None), "_names"):
        missing.append("Connection._prepared._names")
    # A pool sets this one on its connections; the driver looks it up by its name to give them back.
    missing += [
        f"{kind.__name__}._pool"
        for kind in (Connection, AsyncConnection)
        if "_pool" not in kind.close.__code__.co_consts
    ]
    if missing:
        raise ConfigurationError(
            f"psycopg {psycopg.__version__} lacks {', '.join(missing)}, on which scoped "
            "connections rely. Install the version that orgscope asks for: pip install "
            "'psycopg[pool]>=3.3,<3.4'."
        )


class ExtendedAsyncCursor(AsyncCursor[Any]):
    """A cursor that never uses the simple protocol."""

    def _execute_send(self, query: Any, *, force_extended: bool = False, **options: Any) -> None:
        super()._execute_send(query, force_extended=True, **options)


class ExtendedCursor(Cursor[Any]):
    """A cursor that never uses the simple protocol."""

    def _execute_send(self, query: Any, *, force_extended: bool = False, **options: Any) -> None:
        super()._execute_send(query, force_extended=True, **options)


check_driver()
