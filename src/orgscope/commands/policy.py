"""``orgscope policy``: who may do what with each table of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orgscope import table_files
from orgscope.commands.options import ProjectOption, find_project
from orgscope.commands.policy_explain import explain
from orgscope.commands.proving import OnlyOption, proving
from orgscope.commands.target import DsnArgument, target
from orgscope.errors import ConfigurationError
from orgscope.isolation import check_isolation
from orgscope.isolation.clone.local import deployed
from orgscope.isolation.report.access import access_matrix
from orgscope.isolation.report.render import write_matrix
from orgscope.project import PROJECT_FILE
from orgscope.table_files import Note, Scope, Wish

__all__ = ["app"]

_TENANT = "org_id"
_PERSON = "user_id"

app = typer.Typer(help="Who may do what with each table.", no_args_is_help=True)
app.command()(explain)


@app.callback()
def policy() -> None:
    """Who may do what with each table."""


@app.command()
def new(  # noqa: PLR0917 - typer reads the parameters as arguments and options
    tables: Annotated[
        list[str],
        typer.Argument(help="Such as app.rooms; several at once.", metavar="SCHEMA.TABLE…"),
    ],
    project: ProjectOption = None,
    tenant: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="The column with the organization.", show_default=_TENANT
        ),
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="The column with the person: members write only what is their own. "
            f"With --user: whose the rows are, instead of {_PERSON}.",
        ),
    ] = None,
    shared: Annotated[
        bool, typer.Option("--shared", help="The same rows for everybody, to read.")
    ] = False,
    user: Annotated[
        bool,
        typer.Option("--user", help=f"Rows of a person, not of an organization ({_PERSON})."),
    ] = False,
    deleted: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="The column that says when a row was deleted: requests set it to now(), and "
            "do not see the row any more.",
        ),
    ] = None,
) -> None:
    """Write the files that put tables under row security.

    A table that is not there is created by a new revision. One that is gets policies and contract
    for its columns, and a revision with what it lacks. Nothing is deployed but to a server of the
    command's own; nothing is overwritten.
    """
    found = find_project(project)
    if found is None:
        raise ConfigurationError(
            f"there is no {PROJECT_FILE} here. Name the project's folder with --project."
        )
    scope: Scope = "shared" if shared else "user" if user else "organization"
    whose = person or (_PERSON if scope == "user" else None)
    wishes = [
        Wish(table, scope, tenant or _TENANT, whose, deleted) for table in dict.fromkeys(tables)
    ]
    wrong = [
        *(["rows are --shared or of one --user, not both."] if shared and user else []),
        *(["rows of one --user have no --tenant."] if user and tenant else []),
        *table_files.wrong_words(found, wishes),
    ]
    if wrong:
        raise ConfigurationError("\n".join(dict.fromkeys(wrong)))
    notes: list[Note] = []
    shown: set[Path] = set()
    with deployed(found) as settings:
        table_files.refuse(found, wishes, settings)
        for wish in wishes:
            written = table_files.write(found, wish, settings)
            for path in (one for one in written.files if one not in shown):
                typer.echo(_shown(path))
            shown.update(written.files)
            notes += written.notes
    _show("decided; change the line where another thing is meant:", notes, is_open=False)
    _show("left to you:", notes, is_open=True)
    typer.echo("next: orgscope isolation test, orgscope plan, orgscope migrate")


@app.command()
def matrix(
    dsn: DsnArgument = None,
    project: ProjectOption = None,
    only: OnlyOption = None,
    output: Annotated[
        Path | None, typer.Option(help="Write it to this file instead.", dir_okay=False)
    ] = None,
) -> None:
    """Show who reaches what, by letting everybody try it in a clone.

    Exit codes as of `orgscope isolation test`. 0: as policies/contract.toml says. 1: not so, and
    that command says where. 2: nothing was proven.
    """
    with proving():
        with target(dsn, project) as (settings, found):
            report = check_isolation(settings, found, only=only or ())
        if output is not None:
            write_matrix(report, output)
    if output is None:
        typer.echo(access_matrix(report), nl=False)
    if report.exit_code:
        typer.echo(f"{report.verdict}: see orgscope isolation test --no-mutants", err=True)
    raise typer.Exit(report.exit_code)


def _show(heading: str, notes: list[Note], *, is_open: bool) -> None:
    """Print what holds for several tables once, with the line of each."""
    places: dict[str, list[str]] = {}
    for note in notes:
        if note.is_open is is_open:
            what = f" ({note.what})" if note.what else ""
            line = f":{note.place.line}" if note.place.line else ""
            places.setdefault(note.text, []).append(f"{_shown(note.place.path)}{line}{what}")
    if places:
        typer.echo(heading)
    for text, where in places.items():
        typer.echo(f"- {text}: {', '.join(where)}")


def _shown(path: Path) -> str:
    """Return a path as it is shortest from here."""
    here = Path.cwd()
    return str(path.relative_to(here) if path.is_relative_to(here) else path)
