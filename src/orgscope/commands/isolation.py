"""``orgscope isolation``: prove that a database keeps tenants apart."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from orgscope.commands.options import ProjectOption
from orgscope.commands.proving import OnlyOption, proving
from orgscope.commands.target import DsnArgument, target
from orgscope.isolation.report.render import print_report, write_json, write_junit, write_matrix
from orgscope.isolation.run import check_isolation

__all__ = ["app"]

_WIDTH = 120

app = typer.Typer(help="Prove that a database keeps tenants apart.", no_args_is_help=True)


@app.callback()
def isolation() -> None:
    """Prove that a database keeps tenants apart."""


@app.command("test")
def prove(  # noqa: PLR0917 - typer reads the parameters as arguments and options
    dsn: DsnArgument = None,
    project: ProjectOption = None,
    only: OnlyOption = None,
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
    with proving():
        with target(dsn, project) as (settings, found):
            report = check_isolation(settings, found, only=only or (), mutants=mutants)
        if matrix is not None:
            write_matrix(report, matrix)
        if json is not None:
            write_json(report, json)
        if junit is not None:
            write_junit(report, junit)
    print_report(report, console)
    raise typer.Exit(report.exit_code)
