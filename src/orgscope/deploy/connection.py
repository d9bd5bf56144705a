"""Connect as the migrator and act as the owner; one deployment of a database at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from sqlalchemy import Connection, RootTransaction, create_engine
from sqlalchemy.pool import NullPool

from orgscope.connection import connect
from orgscope.deploy.sql import driver, run_query
from orgscope.errors import DatabaseNotReady
from orgscope.settings import Settings

__all__ = ["as_owner", "begin_as_owner", "deployment", "one_at_a_time", "opening", "transaction"]

_LOCK: Final = 0x6F72_6773_636F_7065  # "orgscope": one deployment of a database at a time
_TURN_TIMEOUT_S: Final = 600.0
_TURN_POLL_S: Final = 0.2
_LOCK_TIMEOUT: Final = "10s"
_MEANING: Final = ("row_security = off", "standard_conforming_strings = on")
"""What else would let a statement reach less, or mean another thing, than its file says."""

_PREPARE: Final = """set local client_min_messages = warning;
create schema if not exists deploy;
"""


@contextmanager
def deployment(settings: Settings) -> Iterator[Connection]:
    """Connect as the migrator, while no other deployment of this database runs.

    The lock has a session of its own, because it outlives the transactions of a run that needs
    several. It is polled for: a session that waits for it in a statement would hold a snapshot, and
    ``create index concurrently`` of the one that works would wait for that, for ever.

    Raises DatabaseNotReady when it is not this run's turn within 10 minutes.
    """
    engine = create_engine(
        "postgresql+psycopg://",
        creator=lambda: connect(settings, "migrator"),
        poolclass=NullPool,
    )
    with connect(settings, "migrator", autocommit=True) as guard:
        _take_turn(guard)
        with engine.connect() as connection:
            yield connection


def _take_turn(guard: psycopg.Connection[Any]) -> None:
    deadline = time.monotonic() + _TURN_TIMEOUT_S
    query = "select pg_catalog.pg_try_advisory_lock(%s::bigint)"
    while guard.execute(query, (_LOCK,)).fetchone() != (True,):
        if time.monotonic() > deadline:
            raise DatabaseNotReady(
                f"another deployment of this database has run for {_TURN_TIMEOUT_S / 60:.0f} "
                "minutes. Wait for it, or end it, and migrate again."
            )
        time.sleep(_TURN_POLL_S)


def as_owner(
    connection: psycopg.Connection[Any], settings: Settings, *, local: bool = True
) -> None:
    """Act as the owner, and let a statement raise that row security would filter.

    ``local`` is for the current transaction, in which no lock is waited for longer than 10 seconds;
    else for the session, without that limit. Raises DatabaseNotReady.
    """
    scope = "local" if local else "session"
    run_query(connection, ";".join(f"set {scope} {setting}" for setting in _MEANING))
    if local:
        run_query(connection, f"set local lock_timeout = '{_LOCK_TIMEOUT}'")
    try:
        run_query(connection, f"set {scope} role {settings.role_prefix}_owner")
    except (psycopg.errors.InvalidParameterValue, psycopg.errors.InsufficientPrivilege) as error:
        raise DatabaseNotReady(
            f"the login of ORGSCOPE_MIGRATOR_URL cannot act as {settings.role_prefix}_owner in "
            "this database. A DBA runs `orgscope roles` once; then migrate again."
        ) from error


def one_at_a_time() -> str:
    """Return how a script sees to it that no other deployment runs beside it, as SQL text."""
    return (
        f"do $$ begin if not pg_catalog.pg_try_advisory_lock({_LOCK}) then\n"
        "  raise exception 'another deployment of this database is running: wait for its end';\n"
        "end if; end $$;"
    )


def opening(role_prefix: str) -> str:
    """Return how each transaction of a deployment begins, as SQL text."""
    return begin_as_owner(role_prefix) + _PREPARE


def begin_as_owner(role_prefix: str) -> str:
    """Return how a transaction begins that acts `as_owner`, as SQL text."""
    return (
        "begin;\n"
        + "".join(f"set local {setting};\n" for setting in _MEANING)
        + f"set local lock_timeout = '{_LOCK_TIMEOUT}';\nset local role {role_prefix}_owner;\n"
    )


@contextmanager
def transaction(connection: Connection, settings: Settings) -> Iterator[RootTransaction]:
    """Open a transaction of a deployment as the owner. Raises DatabaseNotReady."""
    with connection.begin() as opened:
        as_owner(driver(connection), settings)
        try:
            run_query(driver(connection), _PREPARE)
        except psycopg.errors.InsufficientPrivilege as error:
            raise DatabaseNotReady(
                f"{settings.role_prefix}_owner cannot create a schema in this database. A DBA runs "
                "`orgscope roles` in it; then migrate again."
            ) from error
        yield opened
