"""What the async and the sync twin share: options, the nesting rule, the errors."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.engine.interfaces import ExceptionContext

from orgscope.embedded import CLUSTER_NAME
from orgscope.errors import ContextUsageError, OrgscopeError
from orgscope.settings import Settings

__all__ = [
    "CLUSTER",
    "ENGINE_OPTIONS",
    "driver_options",
    "not_nested",
    "raise_ours",
    "refuse_unless_embedded",
]

ENGINE_OPTIONS: Final[dict[str, Any]] = {"use_native_hstore": False}
"""Without this SQLAlchemy asks each new server for the type of an extension."""

CLUSTER: Final = text("select pg_catalog.current_setting('cluster_name')")
"""Asks the server for its name; ``refuse_unless_embedded`` takes the answer."""

_in_use: Final[ContextVar[frozenset[int]]] = ContextVar("orgscope_db_in_use", default=frozenset())


def driver_options(settings: Settings) -> dict[str, Any]:
    """Return the options of a driver connection.

    Autocommit, as the driver calls it: BEGIN is sent here, in one round trip with the opening.
    Behind a transaction pooler the server forgets prepared statements between transactions, so the
    driver prepares none unless ``ORGSCOPE_POOLER`` is ``none``.
    """
    return {"autocommit": True, "prepare_threshold": 5 if settings.pooler == "none" else None}


@contextmanager
def not_nested(database: object) -> Iterator[None]:
    """Refuse a second lease of one task: with a pool that is full both would wait for ever.

    Raises ContextUsageError.
    """
    if id(database) in _in_use.get():
        raise ContextUsageError(
            "a scoped connection is open already in this task. Use that one, or leave its block "
            "first; for a part that may fail use a savepoint (session.begin_nested())."
        )
    _in_use.set(_in_use.get() | {id(database)})
    try:
        yield
    finally:
        _in_use.set(_in_use.get() - {id(database)})


def raise_ours(context: ExceptionContext) -> BaseException | None:
    """Let an error of orgscope travel as itself, not wrapped by SQLAlchemy.

    SQLAlchemy raises what is returned *from* the original, so a copy: else it were its own cause.
    """
    original = context.original_exception
    return copy(original) if isinstance(original, OrgscopeError) else None


def refuse_unless_embedded(cluster: str | None) -> None:
    """Raise ContextUsageError unless ``cluster`` is the name of an embedded server."""
    if cluster != CLUSTER_NAME:
        raise ContextUsageError(
            "get_dev_db works on the embedded server only. Use get_admin_db with a reason."
        )
