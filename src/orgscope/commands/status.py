"""``orgscope status``: how far the mirror is, and what keeps it from being exact."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Annotated

import typer

from orgscope.commands.options import ProjectOption, opened
from orgscope.commands.output import print_record, print_table
from orgscope.connection import connect
from orgscope.settings import Settings
from orgscope.status import read_organization, read_problems, read_status

__all__ = ["status"]


def status(
    organization: Annotated[
        str | None, typer.Option(metavar="ID", help="Show one organization instead.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    project: ProjectOption = None,
) -> None:
    """Show up to when the mirror is proven, and each problem with what to do about it.

    Needs ORGSCOPE_MONITOR_URL. Exit code 1 when there is a problem.
    """
    settings, _ = opened(project)
    if organization is not None:
        _show_organization(settings, organization, as_json=as_json)
        return
    with connect(settings, "monitor", autocommit=True) as connection:
        mirror, problems = read_status(connection), read_problems(connection)
    if as_json:
        _print_json({"status": mirror, "problems": problems})
    else:
        print_record(mirror)
        typer.echo()
        if problems:
            print_table(("problem", "since", "what to do"), [tuple(p.values()) for p in problems])
        else:
            typer.echo("no problem is known")
    raise typer.Exit(1 if problems else 0)


def _show_organization(settings: Settings, organization_id: str, *, as_json: bool) -> None:
    with connect(settings, "monitor", autocommit=True) as connection:
        found = read_organization(connection, organization_id)
    if found is None:
        typer.echo("orgscope: the mirror has no such organization, or it is deleted.", err=True)
        raise typer.Exit(1)
    if as_json:
        _print_json(found)
    else:
        print_record(found)
    raise typer.Exit(1 if found["differences"] else 0)


def _print_json(value: object) -> None:
    typer.echo(json.dumps(value, indent=2, default=_plain))


def _plain(value: datetime | timedelta) -> str | float:
    return value.isoformat() if isinstance(value, datetime) else value.total_seconds()
