"""``orgscope doctor``: say what is wrong and how to mend it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Final

import typer
from rich.console import Console
from rich.text import Text

from orgscope.commands.failure import describe, failures
from orgscope.commands.options import ProjectOption, opened
from orgscope.doctor import Finding, Level, examine, exit_code

__all__ = ["doctor"]

_STYLES: Final = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}
_UNSEEN: Final = 2


def doctor(
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 for a warning as well.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, when all is known.")] = False,
    project: ProjectOption = None,
) -> None:
    """Look at the database, at WorkOS and at this process; change nothing.

    Exit code 0: nothing failed. 1: something failed; it is named. 2: nothing is known to be wrong,
    and something could not be looked at, such as a database that is away.
    """
    try:
        settings, _ = opened(project)
    except failures() as error:
        typer.echo(f"doctor: nothing was looked at: {describe(error)}", err=True)
        raise typer.Exit(_UNSEEN) from error
    console = Console(soft_wrap=True, highlight=False)
    findings = []
    for finding in examine(settings):
        findings.append(finding)
        if not as_json:
            _show(console, finding)
    code = exit_code(findings, strict=strict)
    if as_json:
        typer.echo(_json(findings, code))
    raise typer.Exit(code)


def _show(console: Console, finding: Finding) -> None:
    line = Text(f"{finding.level:<5}", _STYLES[finding.level])
    line.append(f"{finding.what}: {finding.why}", "default")
    console.print(line)
    if finding.mend:
        console.print(f"     {finding.mend}", markup=False)


def _json(findings: Sequence[Finding], code: int) -> str:
    lines = [
        {
            "level": one.level,
            "what": one.what,
            "why": one.why,
            "mend": one.mend,
            "unseen": one.is_unseen,
        }
        for one in findings
    ]
    return json.dumps({"exit_code": code, "findings": lines}, indent=2)
