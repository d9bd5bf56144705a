"""The database that a command looks at: the one of its argument, or a new one with the files."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from orgscope.commands.options import opened
from orgscope.connection import url_parts
from orgscope.errors import ConfigurationError
from orgscope.project import Project
from orgscope.settings import Settings

__all__ = ["DsnArgument", "target"]

DsnArgument = Annotated[
    str | None,
    typer.Argument(
        help="The database, without a password: PGPASSWORD or a passfile has it. "
        "Without: deploy the files to a new one."
    ),
]


@contextmanager
def target(dsn: str | None, folder: Path | None) -> Iterator[tuple[Settings, Project | None]]:
    """Yield the settings, whose DBA's URL leads to the database, and the project.

    Without a DSN core and the project are deployed to an embedded server, which is gone
    afterwards, also when the command is terminated.

    Raises ConfigurationError for a DSN that holds a password or is none, and as `opened` and
    `deployed` do.
    """
    settings, project = opened(folder)
    given = nullcontext(_settings_of(dsn, settings)) if dsn else _deployed(project)
    with _terminable(), given as tested:
        yield tested, project


def _deployed(project: Project | None) -> AbstractContextManager[Settings]:
    from orgscope.isolation.clone.local import deployed  # noqa: PLC0415 - slow, not for a DSN

    return deployed(project)


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a terminated run clean up, as an interrupted one does."""
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _settings_of(dsn: str, settings: Settings) -> Settings:
    """Return the settings with ``dsn`` in the place of the DBA's URL.

    Raises ConfigurationError when it holds a password, or is none; the message does not show it.
    """
    given = settings.model_copy(update={"dba_url": SecretStr(dsn)})
    try:
        has_password = not {"password", "sslpassword"}.isdisjoint(conninfo_to_dict(dsn))
        url_parts(given, "dba")
    except (psycopg.ProgrammingError, ConfigurationError):
        raise ConfigurationError(
            "the DSN is not a connection URL: expected postgresql://user@host/database, without a "
            "password."
        ) from None
    if has_password:
        raise ConfigurationError(
            "the DSN holds a password, which every user of this machine can read in the list of "
            "processes. Leave it out, and set PGPASSWORD, or use a passfile (~/.pgpass or "
            "PGPASSFILE) or a service file (PGSERVICEFILE)."
        )
    return given
