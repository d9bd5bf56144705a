"""What the commands share: the option ``--project``, and the settings that it leads to."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from orgscope.connection import check_urls
from orgscope.project import PROJECT_FILE, Project
from orgscope.settings import Settings

__all__ = [
    "EveryOption",
    "Part",
    "PartOption",
    "ProjectOption",
    "RepairOption",
    "find_project",
    "opened",
]

ProjectOption = Annotated[
    Path | None,
    typer.Option(
        "--project",
        envvar="ORGSCOPE_PROJECT",
        help="The project's folder; by default this one, if it is one.",
    ),
]


class Part(StrEnum):
    """A part of what is deployed, to which a command can be limited."""

    POLICIES = "policies"


PartOption = Annotated[
    Part | None,
    typer.Option("--only", help="Leave out all but row security, policies and grants on tables."),
]


RepairOption = Annotated[
    bool,
    typer.Option("--repair", help="Also put back what files make and somebody changed by hand."),
]

EveryOption = Annotated[
    bool, typer.Option("--all", help="Show each new object of orgscope, too, and do not count.")
]


def find_project(folder: Path | None) -> Project | None:
    """Return the project in ``folder``; without one, that of the folder where the command is run.

    Raises ConfigurationError when ``folder`` is none.
    """
    if folder is None and not Path(PROJECT_FILE).is_file():
        return None
    return Project.load(folder or Path())


def opened(folder: Path | None) -> tuple[Settings, Project | None]:
    """Return the settings and the project; a ``.env`` in the project's folder counts as well.

    The settings name the project. Raises ConfigurationError when ``folder`` is none, and for the
    first URL that is none; ``pydantic.ValidationError``.
    """
    project = find_project(folder)
    settings = Settings(_env_file=(".env", project.root / ".env") if project else ".env")
    check_urls(settings)
    if project is None:
        project = None if settings.project is None else Project.load(settings.project)
    return settings.model_copy(update={"project": project.root if project else None}), project
