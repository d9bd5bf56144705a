"""``orgscope snapshot``: who may do what, as files that are reviewed like code."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path
from typing import Annotated, Final

import typer

from orgscope.commands.options import PartOption, ProjectOption
from orgscope.commands.target import DsnArgument, target
from orgscope.connection import connect
from orgscope.isolation import check_isolation
from orgscope.isolation.report.access import access_matrix
from orgscope.snapshot import policies_text

__all__ = ["snapshot"]

_FOLDER: Final = "snapshots"
_DIFFERS: Final = 2


def snapshot(
    dsn: DsnArgument = None,
    project: ProjectOption = None,
    output: Annotated[
        Path | None,
        typer.Option(help=f"The folder; by default {_FOLDER} of the project.", file_okay=False),
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing, and print what would differ.")
    ] = False,
    only: PartOption = None,
) -> None:
    """Write who may do what, and who reaches what, to files beside the code.

    policies.txt has row security, policies and grants; access_matrix.txt what everybody reached in
    a clone, by trying it: --only policies leaves that out.

    Exit code 2: with --check, a file differs. 1: it failed, or somebody reaches what the contract
    does not say; `orgscope isolation test` says where.
    """
    verdict = ""
    with target(dsn, project) as (settings, found):
        with connect(settings, "dba") as connection:
            texts = {"policies.txt": policies_text(connection, found, settings.role_prefix)}
        if only is None:
            report = check_isolation(settings, found)
            texts["access_matrix.txt"] = access_matrix(report)
            verdict = report.verdict if report.exit_code else ""
    folder = output or (found.root if found else Path()) / _FOLDER
    differ = [_differs(folder / name, text) for name, text in texts.items()] if check else []
    if not check:
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / name).write_text(text, "utf-8")
            typer.echo(str(folder / name))
    if verdict:
        typer.echo(f"{verdict}: see orgscope isolation test --no-mutants", err=True)
    raise typer.Exit(_DIFFERS if any(differ) else 1 if verdict else 0)


def _differs(path: Path, text: str) -> bool:
    """Print how ``text`` differs from the file, and say whether it does."""
    before = path.read_text("utf-8") if path.is_file() else ""
    lines = unified_diff(
        before.splitlines(), text.splitlines(), str(path), "the database", lineterm=""
    )
    for line in lines:
        typer.echo(line)
    return before != text
