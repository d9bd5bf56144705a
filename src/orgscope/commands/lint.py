"""``orgscope lint``: find what breaks isolation, or makes it slow, in any database."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final

import typer
from rich.console import Console

from orgscope.commands.failure import describe, failures
from orgscope.commands.options import ProjectOption
from orgscope.commands.target import DsnArgument, target
from orgscope.connection import connect
from orgscope.lint import (
    SUPPRESSION,
    Level,
    Report,
    choose,
    compare,
    load_suppressions,
    read_baseline,
    suppress,
    write_baseline,
)
from orgscope.lint import lint as run_lints
from orgscope.lint.formats import as_github, as_json, as_sarif, print_report

__all__ = ["lint"]

_COULD_NOT_LOOK = 2
_OF_THE_SERVER: Final = "server_below_floor"
"""The lint that says nothing where the server is a new one of ours, gone afterwards."""


class Format(StrEnum):
    """How the report is written."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"
    GITHUB = "github"


_WRITERS: Final = {Format.JSON: as_json, Format.SARIF: as_sarif, Format.GITHUB: as_github}


def lint(  # noqa: PLR0917 - typer reads the parameters as arguments and options
    dsn: DsnArgument = None,
    project: ProjectOption = None,
    schema: Annotated[
        list[str] | None, typer.Option(help="Look at this schema only; may be given again.")
    ] = None,
    role: Annotated[
        list[str] | None,
        typer.Option(help="A role that requests act as; may be given again. Else it is guessed."),
    ] = None,
    only: Annotated[
        list[str] | None,
        typer.Option(help="Run this lint only, such as 0001; may be given again."),
    ] = None,
    format_: Annotated[
        Format, typer.Option("--format", help="How the report is written.")
    ] = Format.TEXT,
    output: Annotated[
        Path | None, typer.Option(help="Write the report to this file, and not to the terminal.")
    ] = None,
    baseline: Annotated[
        Path | None, typer.Option(help="Count the findings that this file knows, and do not fail.")
    ] = None,
    write_baseline_: Annotated[
        Path | None,
        typer.Option("--write-baseline", help="Write all findings to this file, as a baseline."),
    ] = None,
    fail_on: Annotated[
        Level, typer.Option(help="The exit code is 1 from this level on.")
    ] = Level.WARNING,
    explain: Annotated[
        str | None, typer.Option(help="Print the page about this lint, such as 0001, and end.")
    ] = None,
) -> None:
    """Find what breaks isolation, or makes it slow; the database is only read.

    It needs neither orgscope in the database nor a superuser. Exit code 0: nothing as bad as
    --fail-on. 1: something is. 2: it could not look.
    """
    try:
        if explain is not None:
            typer.echo(_page(explain))
            return
        lints = [one for one in choose(only or ()) if dsn or one.name != _OF_THE_SERVER]
        known = read_baseline(baseline) if baseline is not None else None
        with target(dsn, project) as (settings, found), connect(settings, "dba") as connection:
            suppressions = load_suppressions(found) if found is not None else []
            report = run_lints(
                connection,
                lints=lints,
                schemas=schema,
                roles=role,
                role_prefix=settings.role_prefix,
            )
        report = suppress(report, suppressions, datetime.now(UTC).date())
        if write_baseline_ is not None:
            write_baseline(report, write_baseline_)
            known = read_baseline(write_baseline_)
        if known is not None:
            report = compare(report, known)
        _write(report, format_, output)
    except failures(OSError) as error:
        said = str(error) if isinstance(error, OSError) else describe(error)
        typer.echo(f"lint: could not look: {said}", err=True)
        raise typer.Exit(_COULD_NOT_LOOK) from error
    raise typer.Exit(report.exit_code(fail_on))


def _page(number: str) -> str:
    lint = SUPPRESSION if number == SUPPRESSION.number else choose([number])[0]
    return lint.documentation.rstrip()


def _write(report: Report, format_: Format, output: Path | None) -> None:
    """Write the report to the terminal, or to a file."""
    with nullcontext(sys.stdout) if output is None else output.open("w", encoding="utf-8") as file:
        if format_ is Format.TEXT:
            print_report(report, Console(file=file, highlight=False, soft_wrap=True))
        else:
            file.write(f"{_WRITERS[format_](report)}\n")
