"""``orgscope roles | migrate | drift | init | revision | version``: database and files."""

from __future__ import annotations

from importlib.metadata import version as version_of
from pathlib import Path
from typing import Annotated, Final

import typer

from orgscope import deploy
from orgscope.commands.options import (
    EveryOption,
    PartOption,
    ProjectOption,
    RepairOption,
    find_project,
    opened,
)
from orgscope.commands.outcome import show_drift, show_outcome
from orgscope.deploy import Project
from orgscope.deploy.scripts import head_revision
from orgscope.errors import ConfigurationError

__all__ = ["drift", "init", "migrate", "revision", "roles", "version"]

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
    only: PartOption = None,
    repair: RepairOption = False,
    every: EveryOption = False,
) -> None:
    """Deploy orgscope and then the project: all of it, or nothing."""
    settings, found = opened(project)
    if script and (only is not None or repair):
        raise ConfigurationError(
            "the script for an empty database has everything: leave out --only and --repair."
        )
    if script:
        typer.echo(deploy.offline_script(settings, found))
        return
    outcome = deploy.migrate(settings, found, policies_only=only is not None, repair=repair)
    show_outcome(outcome, "nothing to do", every=every)
    show_drift(outcome, repaired=repair)


def drift(
    project: ProjectOption = None,
    accept: Annotated[
        bool, typer.Option("--accept", help="Take what was changed by hand as right.")
    ] = False,
    only: PartOption = None,
) -> None:
    """Name what was changed by hand since the last migrate. Exit code 2 when there is anything."""
    settings, found = opened(project)
    policies_only = only is not None
    if accept:
        accepted = deploy.accept_drift(settings, found, policies_only=policies_only)
        show_outcome(accepted, "no drift", every=True)
        return
    outcome = deploy.drift(settings, found, policies_only=policies_only)
    show_outcome(outcome, "no drift", every=True)
    if outcome:
        typer.echo(
            "orgscope migrate --repair puts back what files make, and orgscope plan --repair shows "
            "it first; what that leaves needs a revision, or orgscope drift --accept, which takes "
            "all of this as right"
        )
    raise typer.Exit(_DIFFERS if outcome else 0)


def init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    name: Annotated[str | None, typer.Option(help="Its name; by default the folder's.")] = None,
) -> None:
    """Make a new project that works as it is."""
    made = deploy.init_project(folder, name)
    typer.echo(
        f"{made.root} is a project; next: its tables (README.md in it), and orgscope migrate"
    )


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
