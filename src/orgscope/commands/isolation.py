"""``orgscope isolation``: prove that a database keeps tenants apart."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from psycopg.conninfo import conninfo_to_dict
from pydantic import SecretStr
from rich.console import Console

from orgscope.commands.failure import FAILURES, describe
from orgscope.commands.options import ProjectOption, opened
from orgscope.connection import url_parts
from orgscope.errors import ConfigurationError
from orgscope.isolation.local import deployed
from orgscope.isolation.render import print_report, write_json, write_junit, write_matrix
from orgscope.isolation.run import check_isolation
from orgscope.settings import Settings

__all__ = ["app"]

_WIDTH = 120
_UNPROVEN = 2

app = typer.Typer(help="Prove that a database keeps tenants apart.", no_args_is_help=True)


@app.callback()
def isolation() -> None:
    """Prove that a database keeps tenants apart."""


@app.command("test")
def prove(  # noqa: PLR0917 - typer reads the parameters as arguments and options
    dsn: Annotated[
        str | None,
        typer.Argument(
            help="The database, as its DBA, without a password: PGPASSWORD or a passfile has it. "
            "Without: deploy the files to a new one."
        ),
    ] = None,
    project: ProjectOption = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Try this table, view or function only; may be given again."),
    ] = None,
    mutants: Annotated[
        bool, typer.Option(help="Make mistakes afterwards, and see that each is noticed.")
    ] = True,
    matrix: Annotated[
        Path | None, typer.Option(help="Write who reached what to this file, as text.")
    ] = None,
    json: Annotated[Path | None, typer.Option(help="Write every case to this file.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit's XML to this file.")] = None,
) -> None:
    """Try what every actor could try, in a clone, and compare with policies/contract.toml.

    Exit code 0: everything is as declared. 1: something is not; it is named. 2: nothing was proven,
    because the test could not run, an actor bypasses row security, or no contract covers a project
    that the database has.
    """
    console = Console(highlight=False, soft_wrap=True)
    console.width = max(console.width, _WIDTH)
    try:
        settings, found = opened(project)
        given = nullcontext(_settings_of(dsn, settings)) if dsn else deployed(found)
        with _terminable(), given as tested:
            report = check_isolation(tested, found, only=only or (), mutants=mutants)
        if matrix is not None:
            write_matrix(report, matrix)
        if json is not None:
            write_json(report, json)
        if junit is not None:
            write_junit(report, junit)
    except (*FAILURES, OSError) as error:
        said = str(error) if isinstance(error, OSError) else describe(error)
        typer.echo(f"isolation: nothing was proven: {said}", err=True)
        raise typer.Exit(_UNPROVEN) from error
    print_report(report, console)
    raise typer.Exit(report.exit_code)


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
