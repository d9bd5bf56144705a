"""``orgscope adopt``: bring tables that are in use into a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orgscope.adopt import adopt as adopt_schemas
from orgscope.commands.options import ProjectOption, opened
from orgscope.errors import ConfigurationError
from orgscope.project import PROJECT_FILE

__all__ = ["adopt"]


def adopt(
    project: ProjectOption = None,
    keep: Annotated[
        list[str] | None,
        typer.Option(
            metavar="LOGIN",
            help="Goes on reading and writing until the next migrate; may be given again.",
        ),
    ] = None,
    script: Annotated[
        Path, typer.Option("--sql", help="The file for the DBA's script.", dir_okay=False)
    ] = Path("adopt.sql"),
) -> None:
    """Write what adopts the tables that are in use: a revision, and a script for the DBA.

    The database of ORGSCOPE_DBA_URL is only read.
    """
    settings, found = opened(project)
    if found is None:
        raise ConfigurationError(
            f"there is no {PROJECT_FILE} here. Name the project's folder with --project."
        )
    done = adopt_schemas(settings, found, keep or ())
    for path in done.files:
        typer.echo(str(path))
    if done.script:
        script.write_text(done.script, "utf-8")
        typer.echo(str(script))
    for note in done.notes:
        typer.echo(f"note: {note}")
    if done.files or done.script:
        typer.echo("next: read them; orgscope policy new, orgscope isolation test")
        dba = f"psql -X -f {script} as the DBA, " if done.script else ""
        typer.echo(f"then, in the window: {dba}orgscope plan, orgscope migrate")
    else:
        typer.echo("nothing to do")
