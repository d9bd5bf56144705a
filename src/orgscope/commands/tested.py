"""The database that a command tests: the one that is named, else one made from the files."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Final

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr

from orgscope.commands.failure import FAILURES, describe
from orgscope.commands.options import opened
from orgscope.connection import url_parts
from orgscope.errors import ConfigurationError
from orgscope.isolation.local import deployed
from orgscope.project import Project
from orgscope.settings import Settings

__all__ = ["DsnArgument", "OnlyOption", "proving", "tested"]

_UNPROVEN: Final = 2

DsnArgument = Annotated[
    str | None,
    typer.Argument(
        help="The database, as its DBA, without a password: PGPASSWORD or a passfile has it. "
        "Without: deploy the files to a new one."
    ),
]

OnlyOption = Annotated[
    list[str] | None,
    typer.Option(help="Try this table, view or function only; may be given again."),
]


@contextmanager
def proving() -> Iterator[None]:
    """End the command with exit code 2 when the block fails: then nothing was proven."""
    try:
        yield
    except (*FAILURES, OSError) as error:
        said = str(error) if isinstance(error, OSError) else describe(error)
        typer.echo(f"isolation: nothing was proven: {said}", err=True)
        raise typer.Exit(_UNPROVEN) from error


@contextmanager
def tested(dsn: str | None, folder: Path | None) -> Iterator[tuple[Settings, Project | None]]:
    """Yield the settings of the database of ``dsn``, and the project in ``folder``.

    Without ``dsn`` the files are deployed to an embedded server, which ends with the block. Raises
    what `opened` and `deployed` raise, and ConfigurationError for a DSN that is none, or that holds
    a password.
    """
    settings, project = opened(folder)
    given = nullcontext(_settings_of(dsn, settings)) if dsn else deployed(project)
    with _terminable(), given as settings_of_database:
        yield settings_of_database, project


@contextmanager
def _terminable() -> Iterator[None]:
    """Let a terminated run drop its clone, as an interrupted one does."""
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
