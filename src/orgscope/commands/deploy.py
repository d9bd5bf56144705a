"""``orgscope roles | migrate | plan | drift | init | revision | version``: database and files."""

from __future__ import annotations

from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, Final

import typer

from orgscope import deploy
from orgscope.commands.options import ProjectOption, find_project, opened
from orgscope.deploy import Outcome, Project
from orgscope.deploy.scripts import head_revision

__all__ = ["drift", "init", "migrate", "plan", "revision", "roles", "version"]

_DIFFERS: Final = 2


def roles(
    project: ProjectOption = None,
    script: Annotated[
        bool, typer.Option("--print", help="Print the SQL instead, without passwords.")
    ] = False,
) -> None:
    """Create the roles, as the DBA, and set the passwords that the URLs hold."""
    settings, _ = opened(project)
    if script:
        typer.echo(deploy.roles_script(settings))
        return
    for notice in deploy.create_roles(settings):
        typer.echo(notice)
    typer.echo("the roles are there; next: orgscope migrate")


def migrate(
    project: ProjectOption = None,
    script: Annotated[
        bool, typer.Option("--sql", help="Print one script for an empty database instead.")
    ] = False,
) -> None:
    """Deploy orgscope and then the project: all of it, or nothing."""
    settings, found = opened(project)
    if script:
        typer.echo(deploy.offline_script(settings, found))
        return
    outcome = deploy.migrate(settings, found)
    _show(outcome, "nothing to do")


def plan(project: ProjectOption = None) -> None:
    """Show what migrate would do, and roll back. Exit code 2 when there is anything."""
    outcome = deploy.plan(*opened(project))
    _show(outcome, "no changes")
    raise typer.Exit(_DIFFERS if outcome else 0)


def drift(
    project: ProjectOption = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take what was changed by hand as right.")
    ] = False,
) -> None:
    """Name what was changed by hand since the last migrate. Exit code 2 when there is anything."""
    settings, found = opened(project)
    if accept:
        _show(deploy.accept_drift(settings, found), "no drift")
        return
    outcome = deploy.drift(settings, found)
    _show(outcome, "no drift")
    raise typer.Exit(_DIFFERS if outcome else 0)


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    name: Annotated[str | None, typer.Option(help="Its name; by default the folder's.")] = None,
) -> None:
    """Make a new project that works as it is."""
    made = deploy.init_project(folder, name)
    typer.echo(f"{made.root} is a project; next: orgscope migrate --project {folder}")


def revision(
    name: Annotated[str, typer.Argument(help="What it does, such as add_rooms.")],
    project: ProjectOption = None,
) -> None:
    """Make the two files of the project's next revision."""
    for path in deploy.new_revision(Project.load(project or Path()), name):
        typer.echo(str(path))


def version(project: ProjectOption = None) -> None:
    """Show the version of orgscope, and the newest revision of each set of files."""
    typer.echo(f"orgscope {version_of('orgscope')}")
    found = find_project(project)
    for one in (deploy.core(), found) if found else (deploy.core(),):
        typer.echo(f"{one.name} {head_revision(one)}")


def _show(outcome: Outcome, nothing: str) -> None:
    """Print what a run did or found, a line each, with the difference of every object."""
    if not outcome:
        typer.echo(nothing)
        return
    for name in outcome.revisions:
        alone = (
            " (runs alone; its effect is not in the comparison)" if name in outcome.alone else ""
        )
        typer.echo(f"revision {name}{alone}")
    for path in outcome.files:
        typer.echo(f"file {path}")
    for change in outcome.changes:
        typer.echo(str(change))
        for line in change.diff.splitlines():
            typer.echo(f"    {line}")
    if outcome.settings_changed:
        typer.echo("settings: authz.settings changes")
