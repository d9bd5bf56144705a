"""``orgscope doctor``: say what is wrong and how to mend it."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.text import Text

from orgscope.commands.options import ProjectOption, opened
from orgscope.doctor import Level, examine

__all__ = ["doctor"]

_STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}


def doctor(project: ProjectOption = None) -> None:
    """Look at the database and at this process; exit code 1 when something is wrong."""
    settings, _ = opened(project)
    console = Console(soft_wrap=True, highlight=False)
    failed = False
    for finding in examine(settings):
        failed = failed or finding.level is Level.FAIL
        line = Text(f"{finding.level:<5}", _STYLES[finding.level])
        line.append(f"{finding.what}: {finding.why}", "default")
        console.print(line)
        if finding.mend:
            console.print(f"     {finding.mend}", markup=False)
    raise typer.Exit(1 if failed else 0)
