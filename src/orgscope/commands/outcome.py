"""How the commands show what a deployment did, or would do."""

from __future__ import annotations

import typer

from orgscope.deploy import Outcome

__all__ = ["show_outcome"]


def show_outcome(outcome: Outcome, nothing: str) -> None:
    """Print what a run did or found, a line each, with the difference of every object."""
    if not outcome:
        typer.echo(nothing)
        return
    for name in outcome.revisions:
        alone = (
            " (runs alone; its effect is not in the comparison)" if name in outcome.alone else ""
        )
        adopted = " (adopted: it stands there already)" if name in outcome.adopted else ""
        typer.echo(f"revision {name}{alone}{adopted}")
    for path in outcome.files:
        typer.echo(f"file {path}")
    for change in outcome.changes:
        typer.echo(str(change))
        for line in change.diff.splitlines():
            typer.echo(f"    {line}")
    if outcome.settings_changed:
        typer.echo("settings: authz.settings changes")
