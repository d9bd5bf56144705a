"""``orgscope reconcile``: compare the mirror with WorkOS, field by field, and mend it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from orgscope.commands.backfill import begin_progress, print_busy, print_failures
from orgscope.commands.mirror import open_mirror, run_to_the_end, said_by_the_command
from orgscope.commands.options import ProjectOption, opened
from orgscope.commands.output import count, print_table, words
from orgscope.errors import RunStopped
from orgscope.settings import Settings
from orgscope.sync.environment import accept_environment
from orgscope.sync.run import Report, Run

__all__ = ["reconcile"]

_DRIFT: Final = 3
_STOPPED: Final = 4
_REFUTED: Final = "refuted"
"""A suspicion that WorkOS did not confirm, so there is no difference."""

_CONFIRM: Final = (
    "WORKOS_API_KEY will be taken for a key of the environment that is mirrored, whatever WorkOS "
    "shows it. With a key of another one the mirror becomes a mirror of that. Take it?"
)


@dataclass(frozen=True, slots=True)
class _Wish:
    repair: bool
    allow_deletes: bool
    accept_key: bool


def reconcile(
    *,
    repair: Annotated[bool, typer.Option("--repair", help="Mend what differs.")] = False,
    allow_deletes: Annotated[
        bool,
        typer.Option(
            "--allow-deletes", help="With --repair: delete even many objects that WorkOS lacks."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; so it is without --repair.")
    ] = False,
    accept_key: Annotated[
        bool,
        typer.Option("--accept-key", help="First take WORKOS_API_KEY for the right one."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask about --accept-key.")] = False,
    json_file: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the report to this file.")
    ] = None,
    project: ProjectOption = None,
) -> None:
    """Compare the mirror with everything that WorkOS has, and name the fields that differ.

    Exit code 0: no difference, or all are mended. 3: the mirror differs. 1: it could not be
    compared. 4: more would be deleted than a reconcile deletes by itself.
    """
    if repair and dry_run:
        raise typer.BadParameter("--dry-run changes nothing, so it excludes --repair.")
    if allow_deletes and not repair:
        raise typer.BadParameter("--allow-deletes needs --repair; without it nothing is deleted.")
    settings, _ = opened(project)
    if json_file is not None:
        _check_writable(json_file)
    said_by_the_command()
    if accept_key and not yes:
        typer.confirm(_CONFIRM, abort=True)
    try:
        report = run_to_the_end(_compare(settings, _Wish(repair, allow_deletes, accept_key)))
    except RunStopped as error:
        typer.echo(f"orgscope: {error}", err=True)
        raise typer.Exit(_STOPPED) from error
    if report is None:
        print_busy("reconcile")
        raise typer.Exit(1)
    if json_file is not None:
        json_file.write_text(json.dumps(_as_json(report), indent=2) + "\n", "utf-8")
    _print(report)
    raise typer.Exit(1 if report.failures else _DRIFT if report.drift else 0)


def _check_writable(file: Path) -> None:
    """Raise typer.BadParameter now, rather than lose a report of hours."""
    try:
        file.touch()
    except OSError as error:
        raise typer.BadParameter(f"--json {file}: {error.strerror}.") from error


async def _compare(settings: Settings, wish: _Wish) -> Report | None:
    async with open_mirror(settings) as (database, workos):
        if wish.accept_key:
            await accept_environment(database, settings)
        progress = await begin_progress(database, "reconcile", repair=wish.repair)
        with progress.shown():
            run = Run(database, workos, settings, progress=progress)
            return await run.run("reconcile", repair=wish.repair, allow_deletes=wish.allow_deletes)


def _print(report: Report) -> None:
    differences = _confirmed(report)
    if differences:
        print_table(
            ("family", "object", "kind", "fields", "state"),
            [(one.family, one.object_id, one.kind, one.fields, one.state) for one in differences],
        )
    states = words(Counter(one.state for one in differences))
    compared = f"in {count(report.listed, 'object')} (run {report.run_id})"
    typer.echo(
        f"{count(len(differences), 'difference')} {compared}{f': {states}' if states else ''}"
    )
    print_failures(report)


def _confirmed(report: Report) -> list[Any]:
    return [one for one in report.differences if one.state != _REFUTED]


def _as_json(report: Report) -> dict[str, Any]:
    return {
        "run_id": report.run_id,
        "listed": report.listed,
        "applied": report.applied,
        "drift": report.drift,
        "mended": report.mended,
        "failures": report.failures,
        "differences": [
            {
                "family": one.family,
                "object_id": one.object_id,
                "organization_id": one.organization_id,
                "kind": one.kind,
                "fields": one.fields,
                "state": one.state,
            }
            for one in _confirmed(report)
        ],
    }
