"""``orgscope isolation``: prove that a database keeps tenants apart."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Annotated

import psycopg
import typer
from pydantic import SecretStr
from rich.console import Console

from orgscope.errors import OrgscopeError
from orgscope.isolation.local import deployed
from orgscope.isolation.render import print_report, write_json, write_junit
from orgscope.isolation.run import check_isolation
from orgscope.project import Project
from orgscope.settings import Settings

__all__ = ["app"]

_WIDTH = 120
_UNPROVEN = 2

app = typer.Typer(help="Prove that a database keeps tenants apart.", no_args_is_help=True)


@app.callback()
def isolation() -> None:
    """Prove that a database keeps tenants apart."""


@app.command("test")
def prove(
    dsn: Annotated[
        str | None,
        typer.Argument(help="The database, as its DBA. Without: deploy the files to a new one."),
    ] = None,
    project: Annotated[Path | None, typer.Option(help="The project's folder.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write every case to this file.")] = None,
    junit: Annotated[Path | None, typer.Option(help="Write JUnit's XML to this file.")] = None,
) -> None:
    """Try what every actor could try, in a clone, and compare with policies/contract.toml.

    Exit code 0: everything is as declared. 1: something is not; it is named. 2: nothing was proven,
    because the test could not run or an actor bypasses row security.
    """
    console = Console(highlight=False, soft_wrap=True)
    console.width = max(console.width, _WIDTH)
    try:
        found = Project.load(project) if project else None
        given = nullcontext(_settings_of(dsn)) if dsn else deployed(found)
        with _terminable(), given as settings:
            report = check_isolation(settings, found)
        if json is not None:
            write_json(report, json)
        if junit is not None:
            write_junit(report, junit)
    except (OrgscopeError, psycopg.Error, OSError) as error:
        typer.echo(f"isolation: nothing was proven: {error}", err=True)
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


def _settings_of(dsn: str) -> Settings:
    return Settings().model_copy(update={"dba_url": SecretStr(dsn)})
