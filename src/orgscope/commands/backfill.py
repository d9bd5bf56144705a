"""``orgscope backfill``: read everything that WorkOS has into the mirror."""

from __future__ import annotations

import typer

from orgscope.commands.mirror import open_mirror, run_to_the_end, said_by_the_command
from orgscope.commands.options import ProjectOption, opened
from orgscope.commands.output import count, print_table
from orgscope.commands.progress import RunProgress
from orgscope.db import Database
from orgscope.settings import Settings
from orgscope.sync.query import fetch
from orgscope.sync.run import Report, Run, RunKind

__all__ = ["backfill", "begin_progress", "print_busy", "print_failures", "read_all"]


def backfill(project: ProjectOption = None) -> None:
    """Read everything that WorkOS has into the mirror; go on where an earlier one was interrupted.

    Exit code 1 when a list could not be read: run it again to go on.
    """
    settings, _ = opened(project)
    read_all(settings)


def read_all(settings: Settings) -> None:
    """Do what ``orgscope backfill`` does."""
    said_by_the_command()
    report, progress = run_to_the_end(_read(settings))
    if report is None:
        print_busy("backfill")
        raise typer.Exit(1)
    print_table(("family", "objects"), sorted(progress.listed.items()))
    typer.echo(f"run {report.run_id}: {progress.summary()}; {count(report.applied, 'row')} changed")
    print_failures(report)
    raise typer.Exit(1 if report.failures else 0)


async def _read(settings: Settings) -> tuple[Report | None, RunProgress]:
    async with open_mirror(settings) as (database, workos):
        progress = await begin_progress(database, "backfill", repair=False)
        with progress.shown():
            run = Run(database, workos, settings, progress=progress)
            return await run.run("backfill"), progress


async def begin_progress(database: Database, kind: RunKind, *, repair: bool) -> RunProgress:
    """Return the progress of a run that begins; say so when it goes on with an earlier one."""
    progress = RunProgress(
        await fetch(database, "select * from sync.run_progress(%s, %s)", kind, repair)
    )
    if progress.run_id is not None:
        typer.echo(
            f"goes on with run {progress.run_id}: {count(progress.listed_before, 'object')} of it "
            "were read before"
        )
    return progress


def print_busy(kind: RunKind) -> None:
    """Say that nothing was done, because another process is at it."""
    typer.echo(
        f"orgscope: another process is at this {kind}, or one was killed less than 2 minutes ago. "
        "Run it again later.",
        err=True,
    )


def print_failures(report: Report) -> None:
    """Say what WorkOS could not be asked for."""
    for one in report.failures:
        typer.echo(f"orgscope: {one}", err=True)
    if report.failures:
        typer.echo("Run it again to go on with what is missing.", err=True)
